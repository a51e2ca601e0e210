// SPDX-License-Identifier: Apache-2.0
// The ellipsoid that holds a LayerNorm's or RMSNorm's outputs, over the reals: is a point in it, how far from the
// surface is an output, and which input leads to a given point.
//
// With w = y - b, alpha_i = 1 / g_i and k zero gains, a point belongs to the closed ellipsoid if form(w) <= N and
//   LayerNorm  k = 0   form = sum alpha_i^2 w_i^2, within the plane sum alpha_i w_i = 0
//              k >= 1  form = sum alpha_i^2 w_i^2 + (sum alpha_i w_i)^2 / k over the gains that are not zero
//   RMSNorm            form = sum alpha_i^2 w_i^2 over the gains that are not zero
// and w_i = 0 where g_i = 0. For eps > 0 the outputs are all of its inside, without the surface; for eps = 0 its
// surface (LayerNorm with k >= 2, RMSNorm with k >= 1: inside and surface). LayerNorm's image for N = 1 is b.
//
// Arrays, refusals and "rounded" as in hyperplane.hpp. Nothing throws.
// Source: Riechers, Geometry and Dynamics of LayerNorm, arXiv 2405.04134; the forms for zero gains are ours: the
// columns that gamma hides have the least sum of squares if they share what the visible ones leave of sum t = 0.
#ifndef EXACTNORM_GEOMETRY_ELLIPSOID_HPP_
#define EXACTNORM_GEOMETRY_ELLIPSOID_HPP_

#include <vector>

#include "exactnorm/geometry/numbers.hpp"

namespace exactnorm::geometry {

enum class Side { kInside = -1, kSurface = 0, kOutside = 1 };

struct Membership {
  bool defined = false;       // gamma, beta and y are finite; otherwise the rest means nothing
  double form = 0;            // form(w) / N, dimensionless, rounded: below 1 inside
  Side side = Side::kInside;  // of form(w) against N, exact
  bool in_subspace = false;   // exactly: the plane's equation (k = 0), and w_i = 0 where g_i = 0
};

// One point y of `columns` numbers, taken as it stands. A rounded output rarely lies exactly in the plane, and may
// lie outside: claims.hpp knows what rounding does.
[[nodiscard]] EXACTNORM_API Status membership(exactnorm_operation operation, std::size_t columns, Numbers gamma,
                                              Numbers beta, Numbers y, Membership& membership) noexcept;

// 1 - sum t_i^2 / N = eps / (var + eps) for the normalised row t of x (RMSNorm: ms), rounded: in [0, 1], 0 on the
// surface. It is 1 - form / N if at most one gain is zero (RMSNorm: none), and at most that otherwise. NaN if x is
// not finite or var + eps = 0.
[[nodiscard]] EXACTNORM_API Status distance_to_surface(exactnorm_operation operation, Numbers x, double eps,
                                                       double& distance) noexcept;

// An input x whose output over the reals is nearest to the point y. The point's nearest neighbour p in the plane
// (with k zero gains: in y_i = b_i there) has to lie inside the ellipsoid, for eps = 0 on it: up to scale. x is
// rounded to binary64, which moves the output from p by at most 2^-52 sqrt(N) |g_i| in column i. x is empty if
// there is none: p outside or, for eps > 0, on the surface; p = b and eps = 0; anything not finite.
// With eps = 0, p is replaced by the surface's point in its direction from b, and every multiple of x is as good.
[[nodiscard]] EXACTNORM_API Status preimage(exactnorm_operation operation, std::size_t columns, Numbers gamma,
                                            Numbers beta, double eps, Numbers y, std::vector<double>& x) noexcept;

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_ELLIPSOID_HPP_
