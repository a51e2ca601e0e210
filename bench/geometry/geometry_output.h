// SPDX-License-Identifier: Apache-2.0
// A study -> text for a terminal, and JSON. Pure functions: the same study gives the same bytes.
#ifndef EXACTNORM_BENCH_GEOMETRY_GEOMETRY_OUTPUT_H_
#define EXACTNORM_BENCH_GEOMETRY_GEOMETRY_OUTPUT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "bench/geometry/study.h"

namespace exactnorm::geometry {

std::string StudyText(const Study& study);

// All of it: the normal, directions of the listed axes, every broken row. A number beyond binary64 is null.
nlohmann::ordered_json StudyJson(const Study& study);

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_BENCH_GEOMETRY_GEOMETRY_OUTPUT_H_
