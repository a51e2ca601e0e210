// SPDX-License-Identifier: Apache-2.0
// Figures -> the five characters or so that a cell of a table has room for.
#ifndef EXACTNORM_BENCH_MEASURE_FIGURES_CELL_H_
#define EXACTNORM_BENCH_MEASURE_FIGURES_CELL_H_

#include <string>

#include "bench/measure/measurement.h"

namespace exactnorm::measure {

// 0.50, 23.4, 1768, 1.8e5, 4e320, 2e-7.
std::string FiveCharacters(const Real& value);

// 85%, 0.2%, <.1%; 0% and 100% only for none and all.
std::string ShortPercent(uint64_t part, uint64_t whole);

// The largest error in ulp, or NaN or inf if one is out of place; - if nothing was measured.
std::string MaxCell(const ErrorFigures& figures);

// The worst over the section's reported bugs; - if it has none.
std::string WorstBugCell(const Section& section, size_t subject);

// Width of a table's first column: 25 holds every built-in name without a prescale.
size_t LabelWidth(const Section& section);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_FIGURES_CELL_H_
