# What stands before the blocks of a document: how each is run, and the fixtures that documents ask for.
# The document's test sets REPOSITORY, and PORT to a free port; HOME and the working folder are empty but for a git identity.
set -Eeuo pipefail
FAILED='echo "$AT: \`$BASH_COMMAND\` ended with $?" >&2'
trap "$FAILED" ERR
AT="before the first block"
WORK=$PWD

# `cargo twelve run` and `dev` go on until somebody stops them. Here they are stopped, as by Ctrl-C, once all processes are ready.
cargo() {
  if [ "${1-}" != twelve ]; then command cargo "$@"; return; fi
  case " $* " in
    *" --help "* | *" --exec "* | *" --explain "*) command cargo "$@" ;;
    " twelve run "* | " twelve dev "*) until_ready "$@" ;;
    *) command cargo "$@" ;;
  esac
}

until_ready() {
  local said ready code=0 pid
  said=$(mktemp) ready=$(mktemp)
  cargo-twelve "$@" --ready-fd 9 >"$said" 2>&1 </dev/null 9>"$ready" & pid=$!
  for _ in $(seq 1200); do
    [ -s "$ready" ] && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" || code=$?
  cat "$said" >&2
  [ -s "$ready" ] || return "$((code ? code : 1))"
  return "$code"
}

# A service on the standard library alone, in one commit, in the folder `shop`; the session stands in it.
fixture_service() {
  cd "$WORK"
  chmod -R u+w shop "$TWELVE_CACHE" 2>/dev/null || true
  rm -rf shop "$TWELVE_STORE" "$TWELVE_CACHE" "$TWELVE_STATE"
  mkdir shop && cd shop
  mkdir src migrations
  cat > Cargo.toml <<'X'
[package]
name = "shop"
version = "1.4.0"
edition = "2024"
license = "MIT"
X
  printf 'version = 4\n\n[[package]]\nname = "shop"\nversion = "1.4.0"\n' > Cargo.lock
  cat > src/main.rs <<'X'
use std::io::{Read, Write};

fn main() {
    let word = std::env::args().nth(1).unwrap_or_default();
    match word.as_str() {
        "serve" => {
            let port: u16 = std::env::var("PORT").unwrap_or_default().parse().unwrap_or(5000);
            assert!(std::env::var("SESSION_KEY").unwrap_or_default().len() >= 32);
            let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\nok\n");
            }
        }
        "work" => loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        },
        word => println!("{word} of {}", std::env::var("GREETING").unwrap_or_default()),
    }
}
X
  cat > twelve.toml <<'X'
[processes.web]
command = "shop serve"
port = "PORT"
ready = "/readyz"

[processes.worker]
command = "shop work"

[admin.migrate]
command = "shop migrate"
before-deploy = true

[config.vars.GREETING]
type = "string"

[config.vars.SESSION_KEY]
type = "string"
min-len = 32
secret = true
X
  printf '/target\n*.env\n.env\n' > .gitignore
  printf 'GREETING=hello\nSESSION_KEY=%s\n' 0123456789abcdef0123456789abcdef > prod.env
  sed 's/hello/staging/' prod.env > staging.env
  cp prod.env .env
  chmod 600 ./*.env .env
  git init -q && git add -A && git commit -qm "first commit"
}

# A crate that somebody has written, without a declaration.
fixture_crate() {
  fixture_service
  git rm -q twelve.toml && rm -f ./*.env .env && git commit -qm "no declaration yet"
}

# The service in the releases v1 to v8, and `production` at v8 after v7.
fixture_production() {
  fixture_service
  for _ in 1 2 3 4 5 6 7 8; do command cargo twelve -q release --again >/dev/null; done
  for release in v7 v8; do command cargo twelve -q deploy production $release --env-file prod.env >/dev/null; done
}

# The same, signed by a key that the file `signers` believes.
fixture_signed() {
  ssh-keygen -q -t ed25519 -N '' -f "$HOME/old"
  fixture_production
  printf 'ci@example.org namespaces="release@cargo-twelve,deploy@cargo-twelve" %s\n' "$(cat "$HOME/old.pub")" > signers
  command cargo twelve -q sign v7 --key "$HOME/old" && command cargo twelve -q sign v8 --key "$HOME/old"
}

# A deploy that was killed: its entry is open.
fixture_open_entry() {
  sed -i 's/^command = "shop migrate"/command = "sleep 60"/' twelve.toml
  git commit -qam "a migration that takes long" && command cargo twelve -q release >/dev/null
  cargo-twelve -q deploy production latest --env-file prod.env & local pid=$!
  for _ in $(seq 300); do command cargo twelve deploys production 2>/dev/null | grep -q open && break; sleep 0.1; done
  kill -KILL "$pid"; wait "$pid" 2>/dev/null || true
  git revert --no-edit HEAD >/dev/null
  command cargo twelve -q release >/dev/null
}
