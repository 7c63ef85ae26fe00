#!/bin/sh
# Runs the tests on real servers, those of each server in a process of its own, side by side: they
# are mostly waiting.  PYTHON=.venv/bin/python sh tests/realservers/all.sh [more for pytest]
# Shows what each process said when it has ended; fails if one of them fails.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-.venv/bin/python}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'kill $running 2>/dev/null; exit 130' INT TERM
running=

one() { # NAME EXPRESSION ...
  name=$1 tests=$2
  shift 2
  "$python" -m pytest -q -m servers -k "$tests" --basetemp="$out/$name" -o cache_dir="$out/cache" \
    "$@" tests/test_realservers_*.py >"$out/$name.log" 2>&1 &
  running="$running $!"
}

one bluesky bluesky "$@"
one snac "snac and not bluesky" "$@"
one mastodon_mock "not snac and not bluesky" "$@"

failed=0
for process in $running; do
  wait "$process" || failed=1
done
for name in bluesky snac mastodon_mock; do
  echo "== $name"
  cat "$out/$name.log"
done
exit $failed
