#!/bin/sh
# Installs a real server for the tests and prints its folder:  setup.sh bluesky | setup.sh mastodon
# Into $ANTIPHON_REALSERVERS (default ~/.cache/antiphon/realservers). Quick when it stands already,
# safe when two runs ask at once. $PYTHON makes the environment of the Mastodon double.
set -eu
what=${1:?bluesky or mastodon}
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-python3}
cache=${ANTIPHON_REALSERVERS:-${HOME:?set HOME or ANTIPHON_REALSERVERS}/.cache/antiphon/realservers}

fail() {
  echo "$what cannot be set up: $*" >&2
  exit 1
}

# Debian packages, as root or by sudo without a password.
packages() {
  command -v apt-get >/dev/null || fail "install $* yourself, there is no apt-get here"
  root=
  [ "$(id -u)" = 0 ] || root="sudo -n"
  apt="$root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120"
  # 9>&-: a service that starts here must not inherit our lock. One unreachable source among
  # several is no reason to stop.
  $apt update >&2 9>&- || true
  $apt install -y --no-install-recommends "$@" >&2 9>&- ||
    fail "apt-get install $* failed (are you root?)"
}

# The network is published for npm; better-sqlite3 13 brings its binary, so nothing is compiled and
# no package runs a script here. Node 22 comes along as a package (Debian 12 has 18).
install_bluesky() {
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "its Node.js comes for Linux on x86-64 only"
  command -v npm >/dev/null || packages npm
  cp "$here/bluesky/package.json" "$here/bluesky/package-lock.json" "$1/"
  (cd "$1" && npm ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error >&2) ||
    fail "npm ci failed"
}

# snac2 comes from Debian's backports: unpacked, not installed; the sources of the system stay as
# they are. The double gets an environment of its own: its uvloop and httptools would change the
# server under our desk.
install_mastodon() {
  command -v apt-get >/dev/null || fail "snac2 comes from Debian, and there is no apt-get here"
  mkdir -p "$1/apt/sources" "$1/apt/lists/partial" "$1/apt/cache/archives/partial"
  backports "$1/apt/sources"
  apt="apt-get -qq -o APT::Sandbox::User=root -o Dir::Etc::sourcelist=/dev/null"
  apt="$apt -o Dir::Etc::sourceparts=$1/apt/sources -o Dir::State::lists=$1/apt/lists"
  apt="$apt -o Dir::Cache=$1/apt/cache"
  $apt update >&2 && (cd "$1" && $apt download snac2 >&2) || fail "snac2 could not be downloaded"
  dpkg -x "$1"/snac2_*.deb "$1/snac"
  rm -rf "$1/apt" "$1"/snac2_*.deb
  ldd "$1/snac/usr/bin/snac" | grep -q "not found" && packages libcurl4 libssl3
  "$python" -m venv --without-pip "$1/venv" >&2 || fail "$python -m venv failed"
  "$python" -m pip --python "$1/venv/bin/python" --disable-pip-version-check install -q \
    --require-hashes -r "$here/mastodon/requirements.lock" >&2 || fail "pip install failed"
}

# The system's own first source of Debian, with the suite changed.
backports() {
  new=/etc/apt/sources.list.d/debian.sources
  if [ -e $new ]; then
    awk 'BEGIN { RS = ""; ORS = "\n" } NR == 1' $new |
      sed 's/^Suites:.*/Suites: bookworm-backports/' >"$1/backports.sources"
  else
    sed -nE 's/^(deb( \[[^]]*\])? +[^ ]+) .*/\1 bookworm-backports main/p' /etc/apt/sources.list |
      head -1 >"$1/backports.list"
  fi
}

# A machine keeps the cache, but perhaps not the packages of the system or its Python.
works() {
  case $what in
  bluesky) "$1/node_modules/.bin/node" --version ;;
  mastodon) "$1/venv/bin/python" --version && ! ldd "$1/snac/usr/bin/snac" | grep "not found" ;;
  esac >/dev/null 2>&1
}

case $what in
bluesky) from="$here/bluesky/package-lock.json" ;;
mastodon) from="$here/mastodon/requirements.lock" ;;
*) fail "only bluesky and mastodon are known" ;;
esac
mkdir -p "$cache" || fail "$cache cannot be written"
home=$cache/$what-$(cat "$from" "$here/setup.sh" | sha256sum | cut -c1-12)
exec 9>"$cache/$what.lock"
flock -w 900 9 || fail "another run holds $cache/$what.lock"
if ! { [ -e "$home/.complete" ] && works "$home"; }; then
  rm -rf "$home"
  mkdir "$home"
  "install_$what" "$home"
  works "$home" || fail "what was installed does not run"
  touch "$home/.complete"
fi
touch "$home"
find "$cache" -mindepth 1 -maxdepth 1 -name "$what-*" -mtime +60 -exec rm -rf {} + # older versions
[ "$what" = mastodon ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages postgresql
echo "$home"
