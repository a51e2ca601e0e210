// SPDX-License-Identifier: Apache-2.0
// CSV that a spreadsheet reads: every line has the heading's fields, and the figures are those of the measurement.
#include "bench/measure/measurement_csv.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace exactnorm::measure {
namespace {

// A line of RFC 4180 without line breaks in fields.
std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[i++];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += line[i];
    }
  }
  EXPECT_FALSE(quoted) << line;
  return fields;
}

TEST(MeasurementCsv, HasALineForEveryFigureOfTheMeasurement) {
  Settings settings;
  settings.operations = {EXACTNORM_LAYER_NORM};
  settings.formats = {&kF16};
  settings.rows = 2;
  settings.columns = 16;
  settings.sweeps = true;
  const Measurement measurement = Measure(settings, InOrder);
  std::istringstream csv(MeasurementCsv(measurement));
  std::string line;
  std::getline(csv, line);
  const std::vector<std::string> heading = Fields(line);
  for (const Section& section : measurement.sections) {
    for (const Result& result : section.results) {
      for (size_t k = 0; k < result.figures.size(); ++k) {
        ASSERT_TRUE(std::getline(csv, line));
        const std::vector<std::string> fields = Fields(line);
        ASSERT_EQ(fields.size(), heading.size()) << line;
        std::map<std::string, std::string> named;
        for (size_t i = 0; i < fields.size(); ++i) named[heading[i]] = fields[i];
        EXPECT_EQ(named["format"], "f16");
        EXPECT_EQ(named["group"], result.point.group);
        EXPECT_EQ(named["name"], result.point.name);
        EXPECT_EQ(named["subject"], section.subjects[k].name);
        EXPECT_EQ(named["elements"], std::to_string(result.figures[k].elements()));
        EXPECT_EQ(named["not_correctly_rounded"], std::to_string(result.figures[k].wrong()));
        EXPECT_EQ(std::stod(named["bias_ulps"]), static_cast<double>(result.figures[k].bias_ulps()));
      }
    }
  }
  EXPECT_FALSE(std::getline(csv, line));
}

}  // namespace
}  // namespace exactnorm::measure
