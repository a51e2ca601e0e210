#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What fast_intermediates prints has the form that its head describes, and is right for a row that can be worked out
# by hand: x = (-1, 1, -1, 1), eps = 0, gamma = 2, no beta. Argument: the program.
set -eu
input='row layer_norm f32 bf16 f32 4 0
x bf800000 3f800000 bf800000 3f800000
gamma 4000 4000 4000 4000
beta -'
one=3ff0000000000000 minus=bff0000000000000 two=4000000000000000 minus_two=c000000000000000
output=$(printf '%s\n' "$input" | "$1" scalar)
expect() {
  printf '%s\n' "$output" | grep -qx "$1" || { printf 'no line: %s\nin:\n%s\n' "$1" "$output" >&2; exit 1; }
}
printf '%s\n' "$input" | while read -r line; do expect "$line"; done
expect "target scalar lanes [12] fma [01]"
# center, sum, squares, offset, mean square, variance + eps, rstd, shift (-0)
expect "moments 0 0 4010000000000000 0 $one $one $one 8000000000000000 admitted 1"
expect "d $minus $one $minus $one"
expect "t $minus $one $minus $one"
expect "yhat $minus_two $two $minus_two $two"
expect "result c0000000 40000000 c0000000 40000000"
expect "certified 1 1 1 1"
if printf 'row layer_norm f32 f32 f32 2 0\nx 0\n' | "$1" 2>/dev/null; then echo "half a row is accepted" >&2; exit 1; fi
if printf '%s\n' "$input" | "$1" no_such_target 2>/dev/null; then echo "an unknown target is accepted" >&2; exit 1; fi
