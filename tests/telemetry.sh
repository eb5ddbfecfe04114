#!/usr/bin/env bash
# By hand: the option `opentelemetry` of the template `web` with a real collector (rotel, PyPI `rotel`): every request arrives
# as a span, the last ones too, which only the stop sends; and collectors that are away or silent, which must cost
# nothing but spans. Prints what it saw.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet
program=$PWD/target/debug/cargo-twelve
collector=$PWD/target/tools/rotel/rotel/rotel-agent
[ -e "$collector" ] || python3 -m pip install --quiet --root-user-action ignore --target target/tools/rotel rotel
chmod +x "$collector"
export CARGO_TARGET_DIR=$PWD/target/generated
folder=$(mktemp -d)
pids=()
end() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$folder"; }
trap end EXIT
cd "$folder"
"$program" new shop --set opentelemetry=true --no-input --vcs none --quiet
(cd shop && cargo build --locked --quiet)
cp "$CARGO_TARGET_DIR/debug/shop" service

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
fail() { echo "NOT SO: $*"; exit 1; }
since() { echo $((($(date +%s%N) - $1) / 1000000)); }
start() { # start ENDPOINT: until it is ready
  port=$(free_port)
  PORT=$port OTEL_EXPORTER_OTLP_ENDPOINT=$1 ./service serve >logs &
  service=$!
  pids+=("$service")
  until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz"; do kill -0 "$service" || fail "it starts"; sleep 0.01; done
}
requests() { for _ in $(seq "$1"); do curl --silent --fail --max-time 5 --output /dev/null "http://127.0.0.1:$port/"; done; }
stop() {
  local code=0 began
  began=$(date +%s%N)
  kill -TERM "$service"
  wait "$service" || code=$?
  [ "$code" = 0 ] || fail "exit code $code"
  stopped=$(since "$began")
}

grpc=$(free_port) http=$(free_port)
"$collector" start --exporter blackhole --otlp-grpc-endpoint "127.0.0.1:$grpc" --otlp-http-endpoint "127.0.0.1:$http" \
  --debug-log traces --debug-log-verbosity detailed --log-file "$folder/log" --pid-file "$folder/pid" >collected 2>&1 &
pids+=($!)
until (: <"/dev/tcp/127.0.0.1/$http") 2>/dev/null; do sleep 0.05; done
start "http://127.0.0.1:$http"
requests 20
caller=4bf92f3577b34da6a3ce929d0e0e4736
curl --silent --fail --max-time 5 --output /dev/null --header "traceparent: 00-$caller-00f067aa0ba902b7-01" "http://127.0.0.1:$port/"
curl --silent --fail --max-time 5 --output /dev/null --header "traceparent: 00-nonsense" "http://127.0.0.1:$port/"
stop
for _ in $(seq 100); do [ "$(grep -cE '^ +Name +: request' collected)" = 22 ] && break; sleep 0.1; done
seen=$(grep -cE '^ +Name +: request' collected || true)
[ "$seen" = 22 ] || fail "22 requests, $seen spans"
grep -q 'service.name: Str(shop)' collected || fail "the service is named"
traces=$(grep 'Trace ID' collected | sort -u | wc -l)
[ "$traces" = 22 ] || fail "22 traces, not $traces"
[ "$(grep 'Trace ID' collected | grep -c "$caller")" = 1 ] || fail "the caller's trace goes on"
grep -q 'Parent ID.*00f067aa0ba902b7' collected || fail "the caller's span is the parent"
echo "collector there: 22 requests, $seen spans in $traces traces of \`shop\`, one of them its caller's, all sent by the time it stopped ($stopped ms)"

silent=$(free_port)
python3 -c "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', $silent)); s.listen(64); time.sleep(600)" &
pids+=($!)
for away in "nobody listens|http://127.0.0.1:1" "it never answers|http://127.0.0.1:$silent" "no route|http://10.255.255.1:4318"; do
  began=$(date +%s%N)
  start "${away#*|}"
  started=$(since "$began")
  began=$(date +%s%N)
  requests 20
  answered=$(since "$began")
  sleep 6 # the exporter has tried by now
  requests 1
  stop
  echo "collector away (${away%|*}): ready in $started ms, 20 requests in $answered ms, stopped in $stopped ms; $(grep -c 'last spans are lost' logs || true) warning"
done
