#!/bin/sh
# Makes sure that what Atelier stands on is there: Swift, and Debian's packages by name (scripts/packages.txt, or the list given).
set -eu
cd "$(dirname "$0")/.."

needed=6.3
if ! command -v swift >/dev/null 2>&1; then
    echo "Atelier needs Swift $needed or newer, and there is none on the PATH. Get it from swift.org/install." >&2
    exit 1
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
if [ "$(printf '%s\n%s\n' "$needed" "$version" | sort -V | head -n 1)" != "$needed" ]; then
    echo "Atelier needs Swift $needed or newer; this is Swift ${version:-unknown}. Get it from swift.org/install." >&2
    exit 1
fi

missing=
for package in $(cat "${1:-scripts/packages.txt}"); do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing from Debian:$missing"
as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Become root and run: apt-get install$missing" >&2; exit 1; }
    as_root=sudo
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086 -- the list is meant to be split
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
