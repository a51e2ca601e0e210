// SPDX-License-Identifier: Apache-2.0
// One bucket per exponent: inside a bucket significands and their squares are added as small integers,
// and only the buckets, a few per row, are put together in wide ones.
#include "lib/exact/moments.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace exactnorm::exact {
namespace {

using boost::multiprecision::int128_t;

// Sums over the elements of one exponent. Significands stay below 2^53 and N below 2^64, so |sum| < 2^117;
// a square stays below 2^106 and is split at bit 64, so each part of the sum stays below 2^128.
struct Bucket {
  int128_t sum = 0;
  Wide squares_low = 0;
  Wide squares_high = 0;

  void Add(const Number& x) {
    const auto significand = static_cast<int64_t>(x.significand);
    sum += x.negative ? -significand : significand;
    const Wide square = Wide(x.significand) * x.significand;
    squares_low += static_cast<uint64_t>(square & UINT64_MAX);
    squares_high += static_cast<uint64_t>(square >> 64);
  }
  Integer squares() const { return (Integer(squares_high) << 64) + Integer(squares_low); }
};

}  // namespace

std::optional<Moments> ComputeMoments(const Row& row) {
  const Format& f = *row.x_format;
  const size_t exponents = static_cast<size_t>(f.infinity >> (f.precision - 1));
  std::vector<Bucket> buckets(exponents);
  size_t first = exponents;  // the buckets in use lie in [first, last]
  size_t last = 0;
  for (size_t i = 0; i < row.columns; ++i) {
    const uint64_t bits = Load(f, row.x, i);
    if (!IsFinite(f, bits)) return std::nullopt;
    if (IsZero(f, bits)) continue;
    const Number x = Decode(f, bits);
    const auto bucket = static_cast<size_t>(x.exponent - f.least_exponent);
    buckets[bucket].Add(x);
    first = std::min(first, bucket);
    last = std::max(last, bucket);
  }

  const int grid = first == exponents ? 0 : f.least_exponent + static_cast<int>(first);
  Integer sum = 0;
  Integer squares = 0;
  for (size_t bucket = first; bucket <= last && bucket < exponents; ++bucket) {
    if (buckets[bucket].squares_low == 0 && buckets[bucket].squares_high == 0) continue;
    const auto shift = static_cast<unsigned>(bucket - first);
    sum += Integer(buckets[bucket].sum) << shift;
    squares += buckets[bucket].squares() << (2 * shift);
  }

  const Integer n = row.columns;
  Integer spread = n * squares;
  if (row.operation == EXACTNORM_LAYER_NORM) spread -= sum * sum;
  const Dyadic eps = ToDyadic(Decode(kF64, Magnitude(kF64, std::bit_cast<uint64_t>(row.eps))));
  return Moments{{sum, grid}, Dyadic{spread, 2 * grid} + Dyadic{n * n, 0} * eps};
}

}  // namespace exactnorm::exact
