// SPDX-License-Identifier: Apache-2.0
// Where the outputs of LayerNorm and RMSNorm lie: all of exactnorm::geometry. Link exactnorm::geometry.
//
//   claims      do rows of outputs, from any kernel, lie where the paper says?
//   hyperplane  the plane of LayerNorm's outputs, and what LayerNorm discards
//   ellipsoid   is a point in it, how far is an output from its surface, which input leads to a point
//   axes        its semi-axes and their directions
#ifndef EXACTNORM_GEOMETRY_HPP_
#define EXACTNORM_GEOMETRY_HPP_

#include "exactnorm/geometry/axes.hpp"
#include "exactnorm/geometry/claims.hpp"
#include "exactnorm/geometry/ellipsoid.hpp"
#include "exactnorm/geometry/hyperplane.hpp"

#endif  // EXACTNORM_GEOMETRY_HPP_
