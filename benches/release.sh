# What the benchmarks of the run stage share: releases of a small program, in a store and a cache of their own.
# Sourced; sets `program` and `work`, and removes the latter at the end.

program=$(realpath -m "${PROGRAM:-target/release/cargo-twelve}")
test -x "$program" || { echo "first: cargo build --release" >&2; exit 1; }
fixture=$PWD/tests/fixtures/shop.rs
work=$(mktemp -d); trap 'rm -rf "$work" 2>/dev/null || { chmod -R u+w "$work"; rm -rf "$work"; }' EXIT
export TWELVE_STORE=$work/store TWELVE_CACHE=$work/cache TWELVE_STATE=$work/state
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.org GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.org

release_of() { # release_of COMMAND ASSETS: releases a program with this `web` and so many assets of 100 KB
  mkdir -p "$work/shop/src" "$work/shop/static"
  cp "$fixture" "$work/shop/src/main.rs"
  printf '[package]\nname = "bench"\nversion = "1.0.0"\nedition = "2024"\n[[bin]]\nname = "shop"\npath = "src/main.rs"\n' >"$work/shop/Cargo.toml"
  local index; for ((index = 0; index < $2; index++)); do
    head -c 100000 /dev/urandom >"$work/shop/static/$index"
  done
  printf 'target\n' >"$work/shop/.gitignore"
  git -C "$work/shop" init -q
  declare_web "$1" 1
}

formation_of() { # formation_of N: releases the same program with so many processes that say `up` and wait
  declare_web "sh -c 'echo up; exec sleep 60' " "$1"
}

declare_web() { # declare_web COMMAND COUNT
  printf '[build]\nassets = ["static/**"]\n[processes.web]\ncommand = '"'''%s'''"'\ncount = %s\n' "$1" "$2" >"$work/shop/twelve.toml"
  (cd "$work/shop" && cargo generate-lockfile --quiet && git add -A && git commit -qm "A release to measure" &&
    "$program" release --quiet >/dev/null)
  # Once, so that it is in the cache.
  "$program" run --release-id bench@latest --quiet web=1 >/dev/null 2>&1 & local first=$!
  sleep 1; kill "$first" 2>/dev/null || true; wait "$first" || true
}

tree() { # where the newest release is unpacked
  ls -dt "$work"/cache/bench/*/app | head -n 1
}
