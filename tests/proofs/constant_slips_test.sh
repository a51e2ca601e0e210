#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A constant of the ledger that slips by 2 % is noticed: each is patched in a copy of its header, and the comparison with
# the table that Coq printed has to refuse it. What is counted in whole numbers slips by the least that there is.
# Arguments: the compiler, the project's folder, the table, then compiler flags.
set -eu
compiler=$1 project=$2 table=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lib/fast"
slips=0

# compare <flags>: compiles the test with the copy of the header; true if it refuses it.
compare() {
  "$compiler" -std=c++20 -O0 -ffp-contract=off -I"$work" -I"$project" "$@" \
    "$project/tests/proofs/$test.cc" "$work/constants.o" -o "$work/compared" || { echo "$slip: does not compile" >&2; exit 1; }
  "$work/compared" "$table" > "$work/output" && return 1
  grep -q '^refused: ' "$work/output" || { echo "$slip: $(cat "$work/output")" >&2; exit 1; }
}

# The copy of the header, with one sed command.
patch() {
  slip=$1
  sed "$slip" "$project/lib/fast/$header" > "$work/lib/fast/$header"
  if cmp -s "$project/lib/fast/$header" "$work/lib/fast/$header"; then echo "$slip: changes nothing" >&2; exit 1; fi
}

# Every sed command of the input, one by one, for the header.
slip_each() {
  cp "$project/lib/fast/$header" "$work/lib/fast/$header"
  slip="$header as it is"
  if compare "$@"; then echo "$slip is refused:" >&2; cat "$work/output" >&2; exit 1; fi
  while read -r command; do
    patch "$command"
    compare "$@" || { echo "$command: is not refused" >&2; exit 1; }
    slips=$((slips + 1))
  done
  rm "$work/lib/fast/$header"
}

"$compiler" -std=c++20 -O0 -I"$project" -c "$project/tests/proofs/constants.cc" -o "$work/constants.o"
test=constants_test
header=error_bounds.h
slip_each "$@" <<'END'
s/kUnitRoundoff = 0x1p-53/kUnitRoundoff = 0x1p-53 * 1.02/
s/kSumBlock = 256/kSumBlock = 251/
s/kAccumulators = 4/kAccumulators = 5/
s/kMaxColumns = size_t{1} << 31/kMaxColumns = (size_t{1} << 31) + 1/
s/kAdmission = 0.25/kAdmission = 0.25 * 1.02/
s/kLeastSquare = 0x1p-500/kLeastSquare = 0x1p-500 * 0.98/
s/kMostSquare = 0x1p300/kMostSquare = 0x1p300 * 1.02/
s/kEndFactor = 4/kEndFactor = 4 * 0.98/
s/kUnderflow = 0x1p-200/kUnderflow = 0x1p-200 * 0.98/
s/1\.23 \* h/1.23 * 0.98 * h/
s/h + 13/h + 13 * 0.98/
s/1\.15 \* h/1.15 * 0.98 * h/
s/h + 7/h + 7 * 0.98/
s/kMeanSquare = 1\.2503/kMeanSquare = 1.2503 * 0.98/
s/1\.05 \*/1.05 * 0.98 */
s/lanes)) + 4)/lanes)) + 4 * 0.98)/
s/1\.22 \*/1.22 * 0.98 */
s/lanes)) + 9)/lanes)) + 9 * 0.98)/
s/1 + 0x1p-19/1 + 0x1p-19 * 0.98/
s/ 0x1p52;/ 0x1p52 * 0.98;/
s/1\.01 \*/1.01 * 0.98 */
s/Roundoff) + 4;/Roundoff) + 4 * 0.98;/
s/(columns + kSumBlock - 1)/columns/
s/(kSumBlock + kAccumulators \* lanes - 1)/kSumBlock/
s/+ tree(kAccumulators)//
s/bit_width(blocks))/bit_width(blocks - 1))/
s/ + tree(lanes)//
END
header=sharp_error_bounds.h
slip_each "$@" <<'END'
s/kSharpUnit = kUnitRoundoff/kSharpUnit = 0.98 * kUnitRoundoff/
s/kSharpAccumulators = 2/kSharpAccumulators = 3/
s/kSharpKappa = 0x1p36/kSharpKappa = 0x1p36 * 1.02/
s/kSharpKappaMargin = 1\.01/kSharpKappaMargin = 1.01 * 0.98/
s/kSharpLeastV = 0x1p-900/kSharpLeastV = 0x1p-900 * 0.98/
s/kSharpLeastKappa = 0x1p-900/kSharpLeastKappa = 0x1p-900 * 0.98/
s/kSharpLeastSquare = 0x1p-930/kSharpLeastSquare = 0x1p-930 * 0.98/
s/kSharpEndFactor = 8/kSharpEndFactor = 8 * 0.98/
s/kSharpUnderflow = 0x1p-1050/kSharpUnderflow = 0x1p-1050 * 0.98/
s/+ 1);/);/
s/(additions + 8) \* (additions + 8)/(additions + 8) * (additions + 7.84)/
s/+ 32;/+ 32 * 0.98;/
s/{2 \* ((/{2 * 0.98 * ((/
s/1\.6 \*/1.6 * 0.98 */
s/+ 11)/+ 11 * 0.98)/
s/+ 94)/+ 94 * 0.98)/
s/2\.1 \*/2.1 * 0.98 */
END

header=binary64_error_bounds.h
slip_each "$@" <<'END'
s/kBinary64MostColumns = size_t{1} << 18/kBinary64MostColumns = (size_t{1} << 18) + 1/
s/kBinary64LeastDeviation = 0x1p-400/kBinary64LeastDeviation = 0x1p-400 * 0.98/
s/kBinary64MostDeviation = 0x1p400/kBinary64MostDeviation = 0x1p400 * 1.02/
s/kBinary64LeastV = 0x1p-850/kBinary64LeastV = 0x1p-850 * 0.98/
s/kBinary64Kappa = 64/kBinary64Kappa = 64 * 1.02/
s/kBinary64Centred = 4/kBinary64Centred = 4 * 1.02/
s/kBinary64MostExponent = 10/kBinary64MostExponent = 11/
s/kBinary64GridBits = 26/kBinary64GridBits = 25/
s/kBinary64GridBits = 26/kBinary64GridBits = 27/
s/kBinary64LeastMagnitude = 0x1p-800/kBinary64LeastMagnitude = 0x1p-800 * 0.98/
s/kBinary64MostMagnitude = 0x1p800/kBinary64MostMagnitude = 0x1p800 * 1.02/
s/kBinary64ColumnError = 1\.01/kBinary64ColumnError = 1.01 * 0.98/
s/kBinary64Margin = 0x1p-16/kBinary64Margin = 0x1p-16 * 0.98/
s/kBinary64Statistics = 1\.01/kBinary64Statistics = 1.01 * 0.98/
s/kBinary64EndFactor = 8/kBinary64EndFactor = 8 * 0.98/
s/return (53 -/return (54 -/
s/return (53 -/return (55 -/
s/bit_width(chain - 1)/bit_width(chain - 1) - 1/
s/(kSumBlock + per_round - 1) \/ per_round/kSumBlock \/ per_round \/ 2/
s/double>(4 \* ((columns/double>(3 * ((columns/
s/(columns + kSumBlock - 1) \/ kSumBlock) + 2/columns \/ kSumBlock) + 2/
s/+ 2 \* lanes + 8/+ lanes + 8/
s/+ 2 \* lanes + 8/+ 2 * lanes + 7/
s/roots + 32/roots + 32 * 0.98/
s/{0\.51 \*/{0.51 * 0.98 */
s/ 0\.51 \* h/ 0.51 * 0.98 * h/
s/(h + 1) \* root/h * root/
s/ + h \* shift/ + 0.98 * h * shift/
s/(4 \* k + 64)/(4 * 0.98 * k + 64)/
s/(4 \* k + 64)/(4 * k + 64 * 0.98)/
s/root_of_kappa + 1),/root_of_kappa + 0.98),/
s/(2 \* k + 32)/(2 * 0.98 * k + 32)/
s/(2 \* k + 32)/(2 * k + 32 * 0.98)/
s/(root_of_kappa + 1)}/(root_of_kappa + 0.98)}/
s/{1\.01 \* row/{1.01 * 0.98 * row/
s/ 1\.01 \* (row/ 1.01 * 0.98 * (row/
s/0x1p-15 \* row/0x1p-15 * 0.98 * row/
s/2\.51 \* kUnit/2.51 * 0.98 * kUnit/
END

# All constants of the formats at once, since this header takes long to compile: each is compared on its own.
header=rounding_test-inl.h test=format_constants_test
patch 's/\(static constexpr double k\(Unit\|Lost\|Least\|Most\) = [^;]*\)/\1 * 1.02 + 0x1p-140/'
compare "$@" || { echo "$header: is not refused" >&2; exit 1; }
for format in binary32 binary16 bfloat16; do
  for constant in lost unit least most; do
    grep -q "^refused: $format.$constant " "$work/output" || { echo "$format.$constant: is not refused" >&2; exit 1; }
    slips=$((slips + 1))
  done
done
echo "$slips slips, each of them refused"
