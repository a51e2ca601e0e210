// SPDX-License-Identifier: Apache-2.0
// Do a LayerNorm's outputs lie where the paper says? For rows from any implementation, in any format.
//
// Each y_i stands for its cell, the reals that round to it. A claim is held if some choice of one real from each
// cell fulfils it, which is decided exactly, over the reals. So a correctly rounded output never breaks a claim,
// and an output that breaks one is wrong. The converse does not hold: the claims see global faults (mean not
// removed, eps or gamma mistaken), not two ulps in one element of a long row.
//
//   plane       sum (y_i - b_i) / g_i = 0                                LayerNorm without zero gains
//   interior    sum ((y_i - b_i) / g_i)^2 < N                            at eps = 0 <= N
//   surface     1 - sum ((y_i - b_i) / g_i)^2 / N = eps / (var + eps)    needs x; RMSNorm: ms for var
//   zero gains  y_i = b_i where g_i = 0                                  if there are any
//
// Zero gains: sums go over the others. LayerNorm's interior is then sharpened by what the missing columns must
// have been: some normalised row t with sum t_i = 0 and sum t_i^2 < N, hence sum (t_i - m)^2 < N + N m^2 for every
// m; the m that asks most is found to 2^-32 and used, so that an excess of about N 2^-60 may pass. With x, the
// surface's right side leaves out the zero-gain columns: 1 - sum_{g_i != 0} (x_i - mu)^2 / (N (var + eps)).
//
// Source: Riechers, Geometry and Dynamics of LayerNorm, arXiv 2405.04134; zero gains and
// rounding are ours. Nothing throws; arrays may have any alignment; a const Claims may be used by many threads.
#ifndef EXACTNORM_GEOMETRY_CLAIMS_HPP_
#define EXACTNORM_GEOMETRY_CLAIMS_HPP_

#include <memory>

#include "exactnorm/geometry/numbers.hpp"

namespace exactnorm::geometry {

enum class Outcome {
  kSilent,  // the claim does not speak of this row, see RowVerdict
  kHeld,
  kBroken,
};

// A claim on one row. The figures are in the units of the claim's own left side over the reals (dimensionless),
// off by at most 2^-20 of the slack, 2^-50 of themselves and 2^-1073; infinite where y is, or where binary64 ends.
struct Verdict {
  Outcome outcome = Outcome::kSilent;
  double value = 0;   // the claim's left side at y itself; interior: sum/N
  double target = 0;  // what it should be: 0; interior: at most 1; surface: eps / (var + eps)
  double slack = 0;   // how far rounding alone can move the value, to the side where it can move further; plane: with
                      // every y_i to its own further side, as Residual::slack
  double excess = 0;  // kBroken: distance between the target and the nearest value that rounding allows

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// All claims are silent if a gain or bias is not finite, if x is given and has a NaN or infinity or no spread
// (var + eps = 0), or if x is not given and y has a NaN. With x given, a NaN in y breaks every claim that speaks.
struct RowVerdict {
  Verdict plane;
  Verdict interior;
  Verdict surface;
  Verdict zero_gains;  // value and excess: how many columns differ from RN(b_i)

  bool broken() const {
    return plane.outcome == Outcome::kBroken || interior.outcome == Outcome::kBroken ||
           surface.outcome == Outcome::kBroken || zero_gains.outcome == Outcome::kBroken;
  }
  friend bool operator==(const RowVerdict&, const RowVerdict&) = default;
};

class EXACTNORM_API Claims {
 public:
  Claims() noexcept;
  ~Claims();
  Claims(Claims&&) noexcept;
  Claims& operator=(Claims&&) noexcept;

  // Gamma and beta of `columns` numbers each, in their own formats (without data: all 1, all 0), copied. Refuses
  // with the status that exactnorm_normalize() has for the same fault, EXACTNORM_SPAN_SIZE for a wrong length.
  [[nodiscard]] Status prepare(exactnorm_operation operation, std::size_t columns, Numbers gamma, Numbers beta,
                               double eps) noexcept;

  // One row of x (or none: then the surface is silent) and one of y. O(N) time for all but ties; an undecided
  // claim costs integers of up to N p bits, p the precision of gamma.
  [[nodiscard]] Status check(Numbers x, Numbers y, RowVerdict& verdict) const noexcept;

 private:
  struct Prepared;
  std::unique_ptr<Prepared> prepared_;
};

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_CLAIMS_HPP_
