#!/bin/sh
# Prints figures of a binary as ratios to what the disk does by itself in the same minutes: scripts/bench.sh BINARY [FIGURE…]
# BENCH_DIR: where its folder is made (default /var/tmp). BENCH_ROUNDS: default 3. BENCH_ROWS: default 1000000.
set -eu
binary=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
scripts/prepare.sh scripts/packages-bench.txt
swift build -c release --package-path Benchmarks --quiet
exec python3 Benchmarks/bench.py "$binary" "$@"
