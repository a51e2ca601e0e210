// SPDX-License-Identifier: Apache-2.0
// Runs gnuplot: script -> what it writes to standard output.
#ifndef EXACTNORM_BENCH_GEOMETRY_GNUPLOT_H_
#define EXACTNORM_BENCH_GEOMETRY_GNUPLOT_H_

#include <string>
#include <vector>

#include "bench/exactnorm/bad_input.h"

namespace exactnorm::geometry {

// The picture's bytes. A BadInput about `file` if gnuplot is not there or fails; it names the package.
std::vector<unsigned char> Plot(const std::string& script, const command::FileArgument& file);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_GNUPLOT_H_
