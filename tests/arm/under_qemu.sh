#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# under_qemu.sh build: builds exactnorm_golden for 64-bit ARM. under_qemu.sh TARGET (or exact): runs it, by that
# instruction set. 77 and the reason if the tools are not there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
skip() { echo "skipped: no $1 (bench/install arm)"; exit 77; }
command -v aarch64-linux-gnu-g++ >/dev/null || skip aarch64-linux-gnu-g++
command -v qemu-aarch64 >/dev/null || skip qemu-aarch64
[ -e /usr/lib/aarch64-linux-gnu/libhwy.so ] || skip "Highway for arm64"
if [ "$1" = build ]; then
  cd "$root"
  cmake --preset aarch64 --log-level=WARNING >/dev/null
  exec cmake --build --preset aarch64 -j 2
fi
[ "$1" = exact ] || export EXACTNORM_TARGET="$1"
# The same CPU wherever it runs: everything that qemu knows.
exec qemu-aarch64 -L /usr/aarch64-linux-gnu -cpu max "$root/build/aarch64/tests/arm/exactnorm_golden" \
  check "$here/golden.txt" "$1"
