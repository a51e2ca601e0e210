// SPDX-License-Identifier: Apache-2.0
// Sorts each element into right, wrong by so many ulps, or not comparable at all.
#include "bench/measure/error_figures.h"

#include <algorithm>

namespace exactnorm::measure {
namespace {

bool SameAnswer(const Format& f, uint64_t a, uint64_t b) {
  if (IsNan(f, a) || IsNan(f, b)) return IsNan(f, a) && IsNan(f, b);
  return a == b || (IsZero(f, a) && IsZero(f, b));
}

// The bucket of a wrong element; 2^(k-2) < ulps <= 2^(k-1) for k >= 2.
size_t Bucket(const Real& ulps) {
  int exponent = 0;  // ulps = fraction 2^exponent, 1/2 <= fraction < 1
  const Real fraction = frexp(ulps, &exponent);
  if (fraction == 0.5) --exponent;
  return static_cast<size_t>(std::clamp(exponent + 1, 1, static_cast<int>(ErrorFigures::kBuckets) - 1));
}

}  // namespace

void ErrorFigures::Add(const Row& row, std::span<const ExactAnswer> answers, const void* y, uint64_t row_index) {
  const Format& f = *row.y_format;
  for (size_t i = 0; i < answers.size(); ++i) {
    const ExactAnswer& answer = answers[i];
    const uint64_t bits = Load(f, y, i);
    const bool correct = SameAnswer(f, bits, answer.rounded);
    ++elements_;
    wrong_ += correct ? 0 : 1;
    Real ulps = 0;
    const bool measurable = correct || (answer.kind == Kind::kReal && IsFinite(f, bits));
    if (answer.kind == Kind::kReal && IsFinite(f, bits)) ulps = UlpError(f, bits, answer);
    const auto element = [&] {
      return Element{row_index,
                     i,
                     row.x_format,
                     row.parameter_format,
                     row.y_format,
                     Load(*row.x_format, row.x, i),
                     row.gamma_bits(i),
                     row.beta_bits(i),
                     bits,
                     answer,
                     ulps};
    };
    if (!measurable) {
      if (answer.kind == Kind::kNan) {
        ++missing_nan_;
      } else if (IsNan(f, bits)) {
        ++misplaced_nan_;
      } else if (IsInfinite(f, bits)) {
        ++misplaced_infinity_;
      } else {
        ++missing_infinity_;
      }
      if (!first_misplaced_) first_misplaced_ = element();
      continue;
    }
    ++measured_;
    ++histogram_[correct ? 0 : Bucket(ulps)];
    sum_ulps_ += ulps;
    if (!worst_ || ulps > worst_->ulps) worst_ = element();
    if (answer.kind == Kind::kReal && IsFinite(f, bits) && answer.size != 0) {
      max_relative_ = std::max(max_relative_, Real(ldexp(ulps, answer.ulp_exponent) / answer.size));
    }
  }
}

}  // namespace exactnorm::measure
