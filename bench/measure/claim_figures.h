// SPDX-License-Identifier: Apache-2.0
// Do the outputs lie where LayerNorm's geometry puts them, and if not, how far off? Rows and somebody's y -> rows
// that hold or break each claim of exactnorm/geometry/claims.hpp, decided exactly and with x.
#ifndef EXACTNORM_BENCH_MEASURE_CLAIM_FIGURES_H_
#define EXACTNORM_BENCH_MEASURE_CLAIM_FIGURES_H_

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "bench/measure/workloads.h"
#include "exactnorm/geometry/claims.hpp"

namespace exactnorm::measure {

enum class Claim { kPlane, kInterior, kSurface, kZeroGains };
inline constexpr Claim kClaims[] = {Claim::kPlane, Claim::kInterior, Claim::kSurface, Claim::kZeroGains};

const char* ClaimName(Claim claim);  // plane, interior, surface, zero_gains

const geometry::Verdict& VerdictOf(const geometry::RowVerdict& row, Claim claim);

struct ClaimFigure {
  uint64_t held = 0;    // rows; those on which the claim is silent are in neither
  uint64_t broken = 0;  // rows

  // The largest of any row that the claim speaks of; infinite if a y is not finite.
  //   plane       |sum (y_i - b_i) / g_i| / slack
  //   interior    sum ((y_i - b_i) / g_i)^2 / N - 1, or 0 if that is negative
  //   surface     |(1 - sum ((y_i - b_i) / g_i)^2 / N) - eps / (var + eps)| / slack
  //   zero gains  columns with y_i != RN(b_i)
  // slack: how far rounding y to its format can move the figure; up to 1, or a hair more, is what rounding explains.
  double off = 0;
};

class ClaimFigures {
 public:
  void Add(const geometry::RowVerdict& verdict);
  void Add(const ClaimFigures& other);

  const ClaimFigure& of(Claim claim) const { return figures_[static_cast<size_t>(claim)]; }
  uint64_t rows() const { return rows_; }
  uint64_t broken_rows() const { return broken_rows_; }  // that break any claim

 private:
  std::array<ClaimFigure, std::size(kClaims)> figures_{};
  uint64_t rows_ = 0;
  uint64_t broken_rows_ = 0;
};

// The claims on rows of a batch, with its gamma, beta and eps. Throws std::bad_alloc, and std::runtime_error if the
// checkers refuse the batch. const: for many threads.
class ClaimCheck {
 public:
  explicit ClaimCheck(const Batch& batch);
  geometry::RowVerdict operator()(const Row& row, const void* y) const;

 private:
  geometry::Claims claims_;
};

// plane_held, plane_broken, plane_off, interior_held, ...; an infinite distance is null.
nlohmann::ordered_json ClaimsJson(const ClaimFigures& figures);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_CLAIM_FIGURES_H_
