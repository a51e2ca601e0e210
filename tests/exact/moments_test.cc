// SPDX-License-Identifier: Apache-2.0
// Moments against the definition summed directly in rationals.
#include "lib/exact/moments.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <vector>

namespace exactnorm::exact {
namespace {

struct Packed {
  std::vector<unsigned char> bytes;
  Row row{};
};

Packed Pack(const Format& f, const std::vector<uint64_t>& bits, exactnorm_operation operation, double eps) {
  Packed p;
  p.bytes.resize(bits.size() * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < bits.size(); ++i) Store(f, p.bytes.data(), i, bits[i]);
  p.row.operation = operation;
  p.row.x_format = &f;
  p.row.columns = bits.size();
  p.row.eps = eps;
  p.row.x = p.bytes.data();
  return p;
}

bool Equal(const Dyadic& a, const Dyadic& b) { return (a - b).sign() == 0; }

RC_GTEST_PROP(Moments, AreTheSumsOfTheDefinition, (bool rms)) {
  const Format& f = *kFormats[*rc::gen::inRange(0, 4)];
  const auto random = *rc::gen::nonEmpty(rc::gen::arbitrary<std::vector<uint64_t>>());
  std::vector<uint64_t> bits;
  for (const uint64_t r : random) bits.push_back(WithSign(f, r >> 63 != 0, (r & ~(uint64_t{1} << 63)) % f.infinity));
  const double eps = *rc::gen::element(0.0, -0.0, 5e-324, 1e-5, 1e300);
  const Packed p = Pack(f, bits, rms ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM, eps);

  const Dyadic n{bits.size(), 0};
  Dyadic sum{0, 0};
  for (const uint64_t b : bits) sum = sum + ToDyadic(Decode(f, b));
  // N D / N = N^2 (var + eps) by the centred formula: sum (N x - S)^2 = N (N Q - S^2).
  Dyadic centred{0, 0};
  for (const uint64_t b : bits) {
    const Dyadic x = n * ToDyadic(Decode(f, b));
    centred = centred + Square(rms ? x : x - sum);
  }
  const Dyadic n_squared_eps = Square(n) * ToDyadic(Decode(kF64, std::bit_cast<uint64_t>(eps)));
  const auto moments = ComputeMoments(p.row);
  RC_ASSERT(moments.has_value());
  RC_ASSERT(Equal(moments->sum, sum));
  RC_ASSERT(Equal(n * moments->radicand, centred + n * n_squared_eps));
}

TEST(Moments, ANanOrInfinityAnywhereIsSeen) {
  for (const Format* f : kFormats) {
    for (const uint64_t bad : {f->nan, f->infinity, f->infinity | f->sign, f->infinity + 1, f->sign | (f->sign - 1)}) {
      for (size_t at = 0; at < 3; ++at) {
        std::vector<uint64_t> bits = {0, 1, One(*f)};
        bits[at] = bad;
        EXPECT_FALSE(ComputeMoments(Pack(*f, bits, EXACTNORM_LAYER_NORM, 1.0).row).has_value());
      }
    }
  }
}

// The largest significands in one bucket: the bucket's own integers must not wrap.
TEST(Moments, ALongRowOfTheLargestNumbersIsExact) {
  for (const Format* f : kFormats) {
    const size_t n = 100000;
    const Packed p = Pack(*f, std::vector<uint64_t>(n, f->max_finite() | f->sign), EXACTNORM_RMS_NORM, 0.0);
    const Dyadic x = ToDyadic(Decode(*f, f->max_finite()));
    const auto moments = ComputeMoments(p.row);
    ASSERT_TRUE(moments.has_value());
    EXPECT_TRUE(Equal(moments->sum, -(Dyadic{n, 0} * x)));
    EXPECT_TRUE(Equal(moments->radicand, Square(Dyadic{n, 0} * x)));
  }
}

}  // namespace
}  // namespace exactnorm::exact
