// SPDX-License-Identifier: Apache-2.0
// Files that are part of the command: their bytes, put into it when it was built (embed.cmake).
#ifndef EXACTNORM_BENCH_MEASURE_EMBEDDED_H_
#define EXACTNORM_BENCH_MEASURE_EMBEDDED_H_

#include <string_view>

namespace exactnorm::measure::embedded {

std::string_view ReportedBugs();  // tests/corpus/reported_bugs.txt
std::string_view ReportPage();    // report/page.html, and its parts
std::string_view ReportStyle();
std::string_view ReportData();
std::string_view ReportTables();
std::string_view ReportPlots();
std::string_view ReportPlane();
std::string_view ReportMain();
std::string_view ChartJs();  // Chart.js, or nothing if it was not there at build time

}  // namespace exactnorm::measure::embedded
#endif  // EXACTNORM_BENCH_MEASURE_EMBEDDED_H_
