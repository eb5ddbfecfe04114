#!/usr/bin/env bash
# Public services, built and watched: what `check` says of them with and without a look at them running.
#
#   tests/observed.sh PROGRAM CLONE...
#
# Each clone is copied, adopted with `init`, committed, released and watched with `check --run`; a line tells the verdict of
# each factor before and after, and what is said of each observed rule. Beside a clone CLONE may lie CLONE.toml (the
# declaration, in place of init's) and CLONE.env (its config). `lto` and `opt-level` of the copy's profile are lowered, since
# only its behaviour matters. By hand: a compile takes minutes.
set -euo pipefail
program=$(realpath "$1"); shift
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export TWELVE_STORE=$work/store GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
seen=0
for clone in "$@"; do
  clone=${clone%/}; name=$(basename "$clone"); copy=$work/$name
  git clone -q "$clone" "$copy"
  (
    cd "$copy"
    "$program" -q check --format json > "$work/static.json" || [ $? = 1 ]
    "$program" -q init > "$work/said" 2>&1 || true
    [ ! -e "$clone.toml" ] || cp "$clone.toml" twelve.toml
    sed -i -E 's/^lto *=.*/lto = false/; s/^codegen-units *=.*/codegen-units = 16/; s/^opt-level *=.*/opt-level = 0/' Cargo.toml
    git add -A; git commit -q --allow-empty -m "adopted"
    if ! "$program" -q release > "$work/said" 2>&1; then echo "$name: not built: $(grep -m1 -E '^(error|fail)' "$work/said" || tail -n 1 "$work/said")"; exit; fi
    config=(); [ ! -e "$clone.env" ] || config=(--env-file "$clone.env")
    "$program" -q check --run --release-id latest "${config[@]}" --format json > "$work/observed.json" || [ $? = 1 ]
    python3 - "$name" "$work/static.json" "$work/observed.json" <<'PYTHON'
import json, sys
name, before, after = sys.argv[1], *(json.load(open(path)) for path in sys.argv[2:])
if "error" in after:
    sys.exit(f"{name}: not watched: {after['error']['message']}")
line = lambda report: " ".join(factor["verdict"].replace("not_applicable", "-").replace("unknown", "?") for factor in report["factors"])
print(f"{name}\n  read      {line(before)}\n  observed  {line(after)}")
for rule in after["rules"]:
    if rule["observed"] and rule["verdict"] != "not_applicable":
        told = [finding["message"] for finding in rule["findings"]] or [rule.get("why", "")]
        numbers = [f"{one['what']} {one['value']} {one['unit']}".strip() for one in rule.get("evidence", []) if one["kind"] == "measurement"]
        print(f"  {rule['id']} {rule['verdict']:8} {'; '.join(filter(None, told + numbers))}")
    elif "settled by" in rule.get("why", ""):
        print(f"  {rule['id']} {rule['verdict']:8} {rule['why']}")
PYTHON
  )
  seen=$((seen + 1)); rm -rf "$copy"
done
echo "$seen of $# looked at"
