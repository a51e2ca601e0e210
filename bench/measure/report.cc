// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/report.h"

#include <stdexcept>

#include "bench/measure/embedded.h"

namespace exactnorm::measure {
namespace {

void Replace(std::string& page, std::string_view mark, std::string_view text) {
  const size_t at = page.find(mark);
  if (at == std::string::npos) throw std::logic_error("the page has no " + std::string(mark));
  page.replace(at, mark.size(), text);
}

// JSON inside a script element: "</" would end it, "<!--" would change how it is read.
std::string ForScript(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

bool ReportHasPlots() { return !embedded::ChartJs().empty(); }

std::string ReportPage(const nlohmann::ordered_json& json) {
  std::string script;
  for (const std::string_view part : {embedded::ReportData(), embedded::ReportTables(), embedded::ReportPlots(),
                                      embedded::ReportPlane(), embedded::ReportMain()}) {
    script += part;
  }
  std::string page(embedded::ReportPage());
  // From the end to the front: what is put in is never searched for marks.
  Replace(page, "@@script@@", script);
  Replace(page, "@@charts@@", embedded::ChartJs());
  Replace(page, "@@data@@", ForScript(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  Replace(page, "@@style@@", embedded::ReportStyle());
  return page;
}

}  // namespace exactnorm::measure
