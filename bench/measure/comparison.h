// SPDX-License-Identifier: Apache-2.0
// Two measurements' JSON -> what became better, worse, new or vanished. For continuous integration: a change of a
// kernel that costs accuracy shows up as a regression.
#ifndef EXACTNORM_BENCH_MEASURE_COMPARISON_H_
#define EXACTNORM_BENCH_MEASURE_COMPARISON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace exactnorm::measure {

// Worse: more outputs not correctly rounded, more misplaced or missing NaNs and infinities, a larger maximum or mean
// error, more rows that break a geometric claim (leave the plane, the ellipsoid or its surface), or one that is further
// off. Better: one of these smaller and none larger. Gone: also a measurement's claims. Numbers are compared exactly.
struct Comparison {
  size_t compared = 0;
  std::vector<std::string> worse, better, added, gone;  // a line each, in the order of the measurements

  bool regression() const { return !worse.empty() || !gone.empty(); }
};

// Throws std::invalid_argument if one is no measurement, or if rows, columns, eps or seed differ: then they are of
// different inputs.
Comparison Compare(const nlohmann::ordered_json& before, const nlohmann::ordered_json& after);

std::string ComparisonText(const Comparison& comparison);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_COMPARISON_H_
