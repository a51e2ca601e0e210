// SPDX-License-Identifier: Apache-2.0
// What is normalised when speed is measured: a matrix of rows of one kind, with gamma and beta, in one format.
#ifndef EXACTNORM_BENCH_SPEED_ROWS_H_
#define EXACTNORM_BENCH_SPEED_ROWS_H_

#include <boost/align/aligned_allocator.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "lib/formats/format.h"

namespace exactnorm::speed {

// Ordinary rows, and rows that are hard to certify.
enum class Kind {
  kBell,          // about N(0, 1)
  kMean,          // about N(1e6, 1)
  kCancellation,  // about N(0, 1) with eps = 0, rows alike but for a power of two: beta = -RN(gamma t) in all
  kTies,          // +-1 in equal numbers with eps = 0: every beta + gamma t is a midpoint
  kWildGains,     // gains over 2^+-60
  kSubnormal,
  kConstant,
  kZeros,  // no bias, and every second gain is 0
};
inline constexpr Kind kKinds[] = {Kind::kBell,      Kind::kMean,      Kind::kCancellation, Kind::kTies,
                                  Kind::kWildGains, Kind::kSubnormal, Kind::kConstant,     Kind::kZeros};
const char* Name(Kind kind);

// Aligned to lines of the caches, as an allocator of tensors aligns.
using Bytes = std::vector<unsigned char, boost::alignment::aligned_allocator<unsigned char, 64>>;

struct Rows {
  Kind kind;
  const Format* format;
  size_t rows;
  size_t columns;
  double eps;
  Bytes x, gamma, beta;

  size_t bytes() const { return rows * columns * static_cast<size_t>(format->bytes); }
};

// The same for the same seed on every machine.
Rows MakeRows(Kind kind, const Format& f, size_t rows, size_t columns, unsigned seed);

}  // namespace exactnorm::speed
#endif  // EXACTNORM_BENCH_SPEED_ROWS_H_
