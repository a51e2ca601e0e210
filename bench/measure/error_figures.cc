// SPDX-License-Identifier: Apache-2.0
// Sorts each element into right, wrong by so many ulps, or not comparable at all.
#include "bench/measure/error_figures.h"

#include <algorithm>
#include <numeric>

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

Element At(const Row& row, size_t column, uint64_t row_index, uint64_t y, const ExactAnswer& answer, Real ulps) {
  Element e{row_index,
            column,
            row.x_format,
            row.parameter_format,
            row.y_format,
            Load(*row.x_format, row.x, column),
            row.gamma_bits(column),
            row.beta_bits(column),
            y,
            answer,
            ulps,
            {},
            {},
            {}};
  if (row.columns > Element::kShortRow) return e;
  for (size_t i = 0; i < row.columns; ++i) {
    e.row_x.push_back(Load(*row.x_format, row.x, i));
    if (row.gamma != nullptr) e.row_g.push_back(row.gamma_bits(i));
    if (row.beta != nullptr) e.row_b.push_back(row.beta_bits(i));
  }
  return e;
}

}  // namespace

void ErrorFigures::Add(const Row& row, std::span<const ExactAnswer> answers, const void* y, uint64_t row_index) {
  std::vector<size_t> columns(answers.size());
  std::iota(columns.begin(), columns.end(), size_t{0});
  Add(row, columns, answers, y, row_index);
}

void ErrorFigures::Add(const Row& row, std::span<const size_t> columns, std::span<const ExactAnswer> answers,
                       const void* y, uint64_t row_index) {
  const Format& f = *row.y_format;
  for (size_t i = 0; i < answers.size(); ++i) {
    const ExactAnswer& answer = answers[i];
    const uint64_t bits = Load(f, y, columns[i]);
    const bool correct = SameAnswer(f, bits, answer.rounded);
    ++elements_;
    wrong_ += correct ? 0 : 1;
    if (!correct && (answer.kind != Kind::kReal || !IsFinite(f, bits))) {
      if (answer.kind == Kind::kNan) {
        ++missing_nan_;
      } else if (IsNan(f, bits)) {
        ++misplaced_nan_;
      } else if (IsInfinite(f, bits)) {
        ++misplaced_infinity_;
      } else {
        ++missing_infinity_;
      }
      if (!first_misplaced_) first_misplaced_ = At(row, columns[i], row_index, bits, answer, 0);
      continue;
    }
    Real error = 0;
    if (answer.kind == Kind::kReal && IsFinite(f, bits)) error = SignedUlpError(f, bits, answer);
    const Real ulps = abs(error);
    const size_t bucket = correct ? 0 : Bucket(ulps);
    ++measured_;
    ++histogram_[bucket];
    if (!correct && error < 0) ++histogram_below_[bucket];
    sum_ulps_ += ulps;
    signed_sum_ulps_ += error;
    if (!worst_ || ulps > worst_->ulps) worst_ = At(row, columns[i], row_index, bits, answer, ulps);
    if (error != 0 && answer.size != 0) {
      max_relative_ = std::max(max_relative_, Real(ldexp(ulps, answer.ulp_exponent) / answer.size));
    }
  }
}

}  // namespace exactnorm::measure
