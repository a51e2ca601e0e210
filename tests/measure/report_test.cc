// SPDX-License-Identifier: Apache-2.0
// The page as text: whole, alone, and with the data unharmed. report_page_test.sh opens it in a browser.
#include "bench/measure/report.h"

#include <gtest/gtest.h>

#include <regex>

#include "bench/measure/embedded.h"
#include "bench/measure/environment.h"
#include "bench/measure/measurement_output.h"

namespace exactnorm::measure {
namespace {

std::string Between(const std::string& text, const std::string& start, const std::string& end) {
  const size_t from = text.find(start);
  EXPECT_NE(from, std::string::npos) << start;
  return text.substr(from + start.size(), text.find(end, from) - from - start.size());
}

TEST(Report, HoldsTheJsonUnchanged) {
  Settings settings;
  settings.rows = 1;
  settings.columns = 8;
  settings.formats = {&kF32};
  auto json = MeasurementJson(Measure(settings, InOrder));
  json["environment"] = Environment(settings);
  const std::string page = ReportPage(json);
  const std::string data = Between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
  EXPECT_EQ(nlohmann::ordered_json::parse(data), json);
}

TEST(Report, CannotBeBrokenByWhatStandsInTheData) {
  const nlohmann::ordered_json json = {{"name", "</script><script>alert(1)</script><!-- @@style@@ @@charts@@ \xFF"}};
  const std::string page = ReportPage(json);
  const std::string data = Between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
  EXPECT_EQ(nlohmann::ordered_json::parse(data)["name"],
            "</script><script>alert(1)</script><!-- @@style@@ @@charts@@ \xEF\xBF\xBD");
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
}

TEST(Report, NeedsNoOtherFileAndNoNetwork) {
  const std::string page = ReportPage({});
  for (const char* mark : {"@@data@@", "@@style@@", "@@script@@", "@@charts@@"}) {
    EXPECT_EQ(page.find(mark), std::string::npos) << mark;
  }
  // Chart.js names its home in a comment; nothing else of it is an address.
  std::string ours = page;
  const size_t charts = ours.find(embedded::ChartJs());
  if (ReportHasPlots()) ours.erase(charts, embedded::ChartJs().size());
  EXPECT_FALSE(std::regex_search(ours, std::regex("<(script|link|img|iframe)[^>]*(src|href)=\"(?!data:)")));
  EXPECT_FALSE(std::regex_search(ours, std::regex("@import|url\\(|fetch\\(|XMLHttpRequest|import\\(")));
}

}  // namespace
}  // namespace exactnorm::measure
