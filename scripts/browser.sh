#!/bin/sh
# Prints the path of a Chromium for the browser tests; installs one if there is none.
# Order: $CHROMIUM, Playwright's own, the system's, apt-get (as root or by sudo -n), Playwright's download.
set -eu
py=${PYTHON:-.venv/bin/python}

own() {
  path=$("$py" -c 'from playwright.sync_api import sync_playwright as s
with s() as p: print(p.chromium.executable_path)' 2>/dev/null) && [ -x "$path" ] && echo "$path"
}

system() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome-stable google-chrome; do
    command -v "$name" && return
  done
  return 1
}

[ -n "${CHROMIUM:-}" ] && { echo "$CHROMIUM"; exit; }
own && exit
system && exit
if command -v apt-get >/dev/null; then
  root=
  [ "$(id -u)" = 0 ] || root="sudo -n"
  {
    $root apt-get update -q &&
      $root apt-get install -y -q --no-install-recommends chromium-headless-shell fonts-dejavu-core
  } >&2 || $root apt-get install -y -q --no-install-recommends chromium >&2 || true
  system && exit
fi
timeout 300 "$py" -m playwright install --only-shell chromium >&2 || true
own && exit
echo "No Chromium. Debian/Ubuntu: apt-get install chromium-headless-shell (or chromium); else set CHROMIUM=/path. Without one: make test-unit" >&2
exit 1
