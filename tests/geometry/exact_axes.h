// SPDX-License-Identifier: Apache-2.0
// Eigenvalues and eigenvectors of diag(g^2) - g g'/N at 400 bits (MPFR), to hold the solver against.
// Exact here means: to 2^-300 of the number in question, which no bound of a test comes near to.
#ifndef EXACTNORM_TESTS_GEOMETRY_EXACT_AXES_H_
#define EXACTNORM_TESTS_GEOMETRY_EXACT_AXES_H_

#include <boost/multiprecision/mpfr.hpp>
#include <span>
#include <vector>

#include "exactnorm/geometry/axes.hpp"

namespace exactnorm::geometry {

using Real =
    boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<120>, boost::multiprecision::et_off>;

// offset * 4^exponent.
Real Offset(const Eigenvalue& eigenvalue);

// gain^2 + offset.
Real Value(const Eigenvalue& eigenvalue);

// The sign of f at the offset `t` from the pole `gain`^2: f(m) = sum 1/(g_i^2 - m).
int SecularSign(std::span<const double> gains, double gain, const Real& t);

// Whether the root's exact offset lies within `relative` of the eigenvalue's, decided by the two signs of f there; no
// root is computed. Also that no pole lies between: the eigenvalue belongs to the gap it claims.
bool OffsetWithin(std::span<const double> gains, const Eigenvalue& eigenvalue, double relative);

// The exact offset near that of `eigenvalue`, by Newton's iteration and checked by signs at 2^-300 to both sides.
Real ExactOffset(std::span<const double> gains, const Eigenvalue& eigenvalue);

// The unit vector (g_i / (g_i^2 - gain^2 - t)) / norm.
std::vector<Real> ExactDirection(std::span<const double> gains, double gain, const Real& t);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_TESTS_GEOMETRY_EXACT_AXES_H_
