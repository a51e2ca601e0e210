// SPDX-License-Identifier: Apache-2.0
// The JSON of a measurement -> one HTML page that needs nothing else: no network, no other file.
#ifndef EXACTNORM_BENCH_MEASURE_REPORT_H_
#define EXACTNORM_BENCH_MEASURE_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>

namespace exactnorm::measure {

// The template, style and scripts are report/; `json` is MeasurementJson with its environment.
std::string ReportPage(const nlohmann::ordered_json& json);

// Whether the command was built with Chart.js. Without it a page has its tables and says that plots are missing.
bool ReportHasPlots();

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_REPORT_H_
