#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# under_qemu.sh build: builds exactnorm_golden and exactnorm_verify for 64-bit ARM.
# under_qemu.sh golden CPU TARGET (or exact), under_qemu.sh verify CPU TARGET ARGUMENTS: runs one, by that instruction
# set on that CPU of qemu's. 77 and the reason if the tools are not there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
skip() { echo "skipped: no $1 (bench/install arm)"; exit 77; }
command -v aarch64-linux-gnu-g++ >/dev/null || skip aarch64-linux-gnu-g++
command -v qemu-aarch64 >/dev/null || skip qemu-aarch64
for library in libhwy.so libmpfr.a libgmp.a librapidcheck.a; do
  [ -e "/usr/lib/aarch64-linux-gnu/$library" ] || skip "$library for arm64"
done
if [ "$1" = build ]; then
  cd "$root"
  cmake --preset aarch64 --log-level=WARNING >/dev/null
  exec cmake --build --preset aarch64 -j 2
fi
program=$1 cpu=$2 target=$3
shift 3
[ "$target" = exact ] || export EXACTNORM_TARGET="$target"
# The same CPU wherever it runs; the C library of the other arm64 packages, not of the cross compiler: a program that gets
# its loader from one and the library from the other hangs when it starts a thread.
qemu() { exec qemu-aarch64 -cpu "$cpu" "$root/build/aarch64/tests/arm/exactnorm_$program" "$@"; }
case $program in
  golden) qemu check "$here/golden.txt" "$target" ;;
  verify) qemu "$target" "$@" ;;
esac
