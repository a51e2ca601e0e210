// SPDX-License-Identifier: Apache-2.0
// Every figure a second time, on more than 10^5 elements: the textbook formula in 600-bit floating point, the ulp
// from its logarithm, correct rounding from the neighbours, the claims from the ends of cells. Nothing is shared but
// the meaning of a bit pattern.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "bench/measure/algorithms/algorithms.h"
#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/claim_figures.h"
#include "bench/measure/error_figures.h"
#include "bench/measure/workloads.h"

namespace exactnorm::measure {
namespace {

// The rows below have exponents within +-20 (gamma and beta too), so that 600 bits lose less than 2^-400 of an ulp.
using Wide = boost::multiprecision::number<
    boost::multiprecision::cpp_bin_float<600, boost::multiprecision::digit_base_2, void, int32_t, -10000, 10000>,
    boost::multiprecision::et_off>;

struct Second {
  uint64_t elements = 0, wrong = 0;
  Wide sum = 0, signed_sum = 0, max = 0, max_relative = 0;
  std::array<uint64_t, ErrorFigures::kBuckets> histogram{}, below{};

  void Add(const Row& row) {
    const Format& f = *row.x_format;
    const auto value = [&](const void* array, size_t i) { return Wide(Value(f, Load(f, array, i))); };
    const auto n = static_cast<unsigned>(row.columns);
    Wide mean = 0, variance = 0;
    for (size_t i = 0; i < n && row.operation == EXACTNORM_LAYER_NORM; ++i) mean += value(row.x, i);
    mean /= n;
    for (size_t i = 0; i < n; ++i) variance += (value(row.x, i) - mean) * (value(row.x, i) - mean);
    const Wide root = sqrt(variance / n + Wide(row.eps));
    for (size_t i = 0; i < n; ++i) {
      const Wide g = row.gamma == nullptr ? Wide(1) : value(row.gamma, i);
      const Wide b = row.beta == nullptr ? Wide(0) : value(row.beta, i);
      const Wide scaled = g * (value(row.x, i) - mean) / root;
      AddElement(f, Load(f, row.y, i), scaled + b, abs(scaled) + abs(b));
    }
  }

  void AddElement(const Format& f, uint64_t bits, const Wide& z, const Wide& size) {
    const Wide error = Wide(Value(f, bits)) - z;
    const int binade = z == 0 ? INT32_MIN / 2 : ilogb(z);
    const Wide ulps = ldexp(error, -std::max(binade - f.precision + 1, f.least_exponent));
    bool nearest = true;
    for (const uint64_t neighbour : {NextUp(f, bits), NextDown(f, bits)}) {
      const Wide other = abs(Wide(Value(f, neighbour)) - z);
      if (other < abs(error) || (other == abs(error) && bits % 2 == 1)) nearest = false;
    }
    ++elements;
    sum += abs(ulps);
    signed_sum += ulps;
    max = std::max(max, Wide(abs(ulps)));
    if (size != 0) max_relative = std::max(max_relative, Wide(abs(error) / size));
    if (nearest) {
      ++histogram[0];
      return;
    }
    ++wrong;
    size_t bucket = 1;
    while (bucket + 1 < ErrorFigures::kBuckets && abs(ulps) > ldexp(Wide(1), static_cast<int>(bucket) - 1)) ++bucket;
    ++histogram[bucket];
    if (error < 0) ++below[bucket];
  }
};

// The geometry's claims a second time. Cells end half way to the neighbours; that a row stands exactly on an end, where
// the parity of y decides, does not happen here.
struct SecondClaims {
  struct Range {
    Wide value = 0, least = 0, most = 0;  // at y, and over its cells
    Wide reach = 0;                       // every cell to its further end
    Wide slack() const { return std::max(Wide(most - value), Wide(value - least)); }
  };
  struct Claimed {
    uint64_t held = 0, broken = 0;
    Wide off = 0, tolerance = 0;

    // The checkers' figures are off by 2^-20 of the slack and 2^-50 of themselves (claims.hpp).
    void Add(bool holds, const Wide& distance, const Wide& slack, const Wide& size) {
      ++(holds ? held : broken);
      off = std::max(off, Wide(distance / slack));
      tolerance = std::max(tolerance, Wide(ldexp(Wide(1), -18) * (1 + distance / slack) + ldexp(size, -48) / slack));
    }
  };
  Claimed plane, interior, surface;

  void Add(const Row& row) {
    const Format& f = *row.x_format;
    const auto value = [&](const void* array, size_t i) { return Wide(Value(f, Load(f, array, i))); };
    const auto n = static_cast<unsigned>(row.columns);
    Wide mean = 0, variance = 0;
    for (size_t i = 0; i < n && row.operation == EXACTNORM_LAYER_NORM; ++i) mean += value(row.x, i);
    mean /= n;
    for (size_t i = 0; i < n; ++i) variance += (value(row.x, i) - mean) * (value(row.x, i) - mean);
    const Wide spread = variance / n + Wide(row.eps);
    Range sum, square;
    for (size_t i = 0; i < n; ++i) {
      const Wide g = row.gamma == nullptr ? Wide(1) : value(row.gamma, i);
      const Wide b = row.beta == nullptr ? Wide(0) : value(row.beta, i);
      const uint64_t bits = Load(f, row.y, i);
      const Wide y(Value(f, bits));
      const Wide at = (y - b) / g;
      const Wide end = ((y + Wide(Value(f, NextDown(f, bits)))) / 2 - b) / g;
      const Wide other = ((y + Wide(Value(f, NextUp(f, bits)))) / 2 - b) / g;
      const Wide low = std::min(end, other), high = std::max(end, other);
      sum.value += at;
      sum.least += low;
      sum.most += high;
      sum.reach += std::max(Wide(high - at), Wide(at - low));
      square.value += at * at;
      square.least += low <= 0 && high >= 0 ? Wide(0) : std::min(Wide(low * low), Wide(high * high));
      square.most += std::max(Wide(low * low), Wide(high * high));
    }
    if (row.operation == EXACTNORM_LAYER_NORM) plane.Add(sum.least <= 0 && sum.most >= 0, abs(sum.value), sum.reach, 0);
    interior.Add(square.least < n, std::max(Wide(0), Wide(square.value / n - 1)), 1, square.value / n);
    const Wide target = variance / spread;  // N var / (var + eps)
    surface.Add(square.least <= target && target <= square.most, abs(square.value - target) / n, square.slack() / n,
                abs(1 - square.value / n) + abs(1 - target / n));
  }
};

void ExpectSame(const ClaimFigure& a, const SecondClaims::Claimed& b, const std::string& what) {
  EXPECT_EQ(a.held, b.held) << what;
  EXPECT_EQ(a.broken, b.broken) << what;
  EXPECT_LE(abs(Wide(a.off) - b.off), b.tolerance) << what << " " << a.off << " " << b.off;
}

// Equal to within the 2^-59 ulp that an answer is known to, and the rounding of the sums.
void ExpectClose(const Real& a, const Wide& b, const std::string& what) {
  EXPECT_LE(abs(Wide(a) - b), ldexp(Wide(abs(b)) + 1, -58)) << what;
}

TEST(Figures, AgreeWithASecondComputation) {
  uint64_t elements = 0;
  uint64_t broken = 0;
  for (const exactnorm_operation operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
    for (const Format* f : kFormats) {
      for (const size_t w : {0u, 1u, 3u, 4u, 11u}) {  // normal, affine, far from 0, an outlier, massive channels
        const Workload& workload = Workloads()[w];
        if (!workload.obstacle(*f).empty()) continue;
        Batch batch = Draw(workload, *f, 4, 600, 1e-5, 3);
        batch.operation = operation;
        const std::vector<Algorithm> algorithms = Algorithms(operation, *f);
        for (const Algorithm& a : {algorithms.front(), algorithms.back()}) {
          if (*a.arithmetic == kF16 || *a.arithmetic == kBF16) continue;  // they overflow on some of these rows
          ErrorFigures figures;
          Second second;
          const ClaimCheck check(batch);
          ClaimFigures claims;
          SecondClaims second_claims;
          std::vector<unsigned char> y(batch.columns * static_cast<size_t>(f->bytes));
          for (size_t i = 0; i < batch.rows; ++i) {
            const Row row = batch.RowAt(i, y.data());
            a.run(row);
            bool finite = true;
            for (size_t c = 0; c < row.columns; ++c) finite = finite && IsFinite(*f, Load(*f, row.y, c));
            if (!finite) continue;  // one-pass on N(2000, 1)
            figures.Add(row, ExactAnswers(row), y.data(), i);
            second.Add(row);
            claims.Add(check(row, y.data()));
            second_claims.Add(row);
          }
          const std::string what = a.full_name() + " on " + workload.name + " in " + f->name;
          elements += second.elements;
          EXPECT_EQ(figures.elements(), second.elements) << what;
          EXPECT_EQ(figures.wrong(), second.wrong) << what;
          if (second.elements == 0) continue;
          ExpectClose(figures.max_ulps(), second.max, what);
          ExpectClose(figures.mean_ulps(), second.sum / second.elements, what);
          ExpectClose(figures.bias_ulps(), second.signed_sum / second.elements, what);
          ExpectClose(figures.max_relative(), second.max_relative, what);
          EXPECT_TRUE(std::ranges::equal(figures.histogram(), second.histogram)) << what;
          EXPECT_TRUE(std::ranges::equal(figures.histogram_below(), second.below)) << what;
          ExpectSame(claims.of(Claim::kPlane), second_claims.plane, what + ", plane");
          ExpectSame(claims.of(Claim::kInterior), second_claims.interior, what + ", interior");
          ExpectSame(claims.of(Claim::kSurface), second_claims.surface, what + ", surface");
          broken += claims.broken_rows();
        }
      }
    }
  }
  EXPECT_GT(elements, 100000u);
  EXPECT_GT(broken, 20u);
}

}  // namespace
}  // namespace exactnorm::measure
