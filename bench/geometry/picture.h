// SPDX-License-Identifier: Apache-2.0
// A study -> a gnuplot script that writes one SVG to standard output. A pure function.
// N = 3: in space, the plane, the ellipse (RMSNorm: the ellipsoid's three main ellipses) with its axes, and the
// outputs. Otherwise two panels: the spectrum of semi-axes, and the outputs in the plane of the two longest axes with
// the ellipse that bounds them there. Lengths have one scale in all directions.
#ifndef EXACTNORM_BENCH_GEOMETRY_PICTURE_H_
#define EXACTNORM_BENCH_GEOMETRY_PICTURE_H_

#include <string>

#include "bench/geometry/study.h"

namespace exactnorm::geometry {

// At most this many outputs are drawn, evenly spaced among the rows.
inline constexpr size_t kDrawnRows = 4000;

// Throws command::BadInput if there are fewer than two axes, or numbers that no picture can hold.
std::string PictureScript(const Study& study);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_PICTURE_H_
