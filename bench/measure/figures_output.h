// SPDX-License-Identifier: Apache-2.0
// Error figures -> text for a terminal, and JSON. Pure functions: the same figures give the same bytes.
#ifndef EXACTNORM_BENCH_MEASURE_FIGURES_OUTPUT_H_
#define EXACTNORM_BENCH_MEASURE_FIGURES_OUTPUT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "bench/measure/error_figures.h"

namespace exactnorm::measure {

// A finite pattern as 0x1.8p+0 (C, C++ and Python's float.fromhex read it back exactly), else nan, inf, -inf.
std::string HexFloat(const Format& f, uint64_t bits);
std::string HexFloat(const Real& value);

// Three significant digits, for people: 0.5, 1.77, 183180 as 1.83e+05, and beyond binary64 4.05e+320.
std::string ShortNumber(const Real& value);

// 84.8 %, and never 0 % or 100 % for a share that is not.
std::string Percent(uint64_t part, uint64_t whole);

// A paragraph: shares, maximum, mean, histogram, worst case. Ends in a newline.
std::string FiguresText(const ErrorFigures& figures);

// All of it. Counts are integers; an error beyond binary64's range is null, its log2 never is unless it is 0.
// Histogram entries are the non-empty buckets of wrong elements by their upper end in ulp; `below` of `count` had y <
// z.
nlohmann::ordered_json FiguresJson(const ErrorFigures& figures);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_FIGURES_OUTPUT_H_
