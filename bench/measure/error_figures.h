// SPDX-License-Identifier: Apache-2.0
// How wrong is a LayerNorm? Rows of inputs and somebody's y -> the figures that every report of ours uses.
// Each figure compares y with the exact real z (exact_answer.h, where ulp(z) is defined), never with binary64.
// -0 and +0 are the same answer here, and so are all NaNs.
#ifndef EXACTNORM_BENCH_MEASURE_ERROR_FIGURES_H_
#define EXACTNORM_BENCH_MEASURE_ERROR_FIGURES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "bench/measure/exact_answer.h"
#include "lib/row.h"

namespace exactnorm::measure {

// One element of the data, with all that is needed to try it again.
struct Element {
  uint64_t row = 0;
  uint64_t column = 0;
  const Format* x_format = nullptr;
  const Format* parameter_format = nullptr;
  const Format* y_format = nullptr;
  uint64_t x = 0, g = 0, b = 0, y = 0;
  ExactAnswer answer;
  Real ulps = 0;  // only where y can be measured

  // The whole row if it has at most kShortRow columns, else nothing. Gamma and beta empty: all 1 and all 0.
  static constexpr size_t kShortRow = 8;
  std::vector<uint64_t> row_x, row_g, row_b;
};

class ErrorFigures {
 public:
  // Bucket 0: correctly rounded. Bucket k >= 1: wrong, with an error in (2^(k-2), 2^(k-1)] ulp; bucket 1 starts
  // at 1/2, ends included, and the last one has no upper end.
  static constexpr size_t kBuckets = 66;

  // Takes in one row: answers as ExactAnswers(row) gave them, y as row.y_format at `y`. Several y may be held
  // against the same answers. `row_index` is only for the worst case's address.
  void Add(const Row& row, std::span<const ExactAnswer> answers, const void* y, uint64_t row_index);

  // The same for some columns of the row; answers as ExactAnswers(row, columns) gave them.
  void Add(const Row& row, std::span<const size_t> columns, std::span<const ExactAnswer> answers, const void* y,
           uint64_t row_index);

  uint64_t elements() const { return elements_; }
  uint64_t measured() const { return measured_; }  // those in the maximum, mean and histogram
  uint64_t wrong() const { return wrong_; }        // not correctly rounded, misplaced ones included
  double wrong_share() const {
    return elements_ == 0 ? 0 : static_cast<double>(wrong_) / static_cast<double>(elements_);
  }

  // y is an infinity, or a NaN, where the definition has something else; or misses one that the definition
  // asks for. These have no distance: they are counted here and not in the figures below.
  uint64_t misplaced_nan() const { return misplaced_nan_; }
  uint64_t misplaced_infinity() const { return misplaced_infinity_; }
  uint64_t missing_nan() const { return missing_nan_; }
  uint64_t missing_infinity() const { return missing_infinity_; }
  uint64_t misplaced() const { return misplaced_nan_ + misplaced_infinity_ + missing_nan_ + missing_infinity_; }

  // In ulp. A correct y never shows more than 1/2 after rounding to binary64; a correct infinity counts as 0.
  Real max_ulps() const { return worst_ ? worst_->ulps : Real(0); }
  Real mean_ulps() const { return measured_ == 0 ? Real(0) : Real(sum_ulps_ / measured_); }
  std::span<const uint64_t> histogram() const { return histogram_; }

  // Mean of (y - z) / ulp(z): what does not average out. Of the wrong elements in each bucket, those with y < z.
  Real bias_ulps() const { return measured_ == 0 ? Real(0) : Real(signed_sum_ulps_ / measured_); }
  std::span<const uint64_t> histogram_below() const { return histogram_below_; }

  // The largest |y - z| / (|z - b| + |b|): what cancellation against the bias costs is not in it. Elements where
  // the denominator is 0 are left out.
  Real max_relative() const { return max_relative_; }

  const std::optional<Element>& worst() const { return worst_; }                      // the first of the largest
  const std::optional<Element>& first_misplaced() const { return first_misplaced_; }  // a NaN or infinity, if any

 private:
  uint64_t elements_ = 0;
  uint64_t measured_ = 0;
  uint64_t wrong_ = 0;
  uint64_t misplaced_nan_ = 0;
  uint64_t misplaced_infinity_ = 0;
  uint64_t missing_nan_ = 0;
  uint64_t missing_infinity_ = 0;
  Real sum_ulps_ = 0;
  Real signed_sum_ulps_ = 0;
  Real max_relative_ = 0;
  std::array<uint64_t, kBuckets> histogram_{};
  std::array<uint64_t, kBuckets> histogram_below_{};
  std::optional<Element> worst_;
  std::optional<Element> first_misplaced_;
};

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_ERROR_FIGURES_H_
