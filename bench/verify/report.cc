// SPDX-License-Identifier: Apache-2.0
#include "bench/verify/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <vector>

#include "exactnorm/exactnorm.h"

namespace exactnorm::verify {
namespace {

using Json = nlohmann::ordered_json;
using laws::Axis;

// The level; -1 where nothing is claimed.
int Claimed(const Claim& claim, Axis axis) {
  switch (axis) {
    case Axis::kAccuracy: return claim.accuracy;
    case Axis::kRepeatability: return claim.repeatability;
    case Axis::kGeometry: return claim.geometry ? 0 : -1;
  }
  return -1;
}

constexpr Axis kAxes[] = {Axis::kAccuracy, Axis::kRepeatability, Axis::kGeometry};

bool Reaches(const Report& report, Axis axis) {
  return report.verdict.Level(axis).value_or(-1) >= Claimed(report.claim, axis);
}

std::string ClaimName(const Claim& claim) {
  return laws::LevelName(Axis::kAccuracy, claim.accuracy) + "," +
         laws::LevelName(Axis::kRepeatability, claim.repeatability) +
         (claim.geometry ? "," + laws::LevelName(Axis::kGeometry, 0) : "");
}

template <class T>
std::string Printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

Json LevelJson(Axis axis, std::optional<int> level) {
  return level ? Json(laws::LevelName(axis, *level)) : Json(nullptr);
}

// In the order of the verdict.
std::vector<laws::Formats> FormatsOf(const laws::Verdict& verdict) {
  std::vector<laws::Formats> all;
  for (const laws::Finding& f : verdict.findings) {
    const auto same = [&](const laws::Formats& g) { return laws::FormatsName(g) == laws::FormatsName(f.formats); };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(f.formats);
  }
  return all;
}

// XML 1.0 has no way to write most control characters.
std::string Xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\n': out += "&#10;"; break;
      default: out += static_cast<unsigned char>(c) < ' ' || c == '\x7F' ? '?' : c;
    }
  }
  return out;
}

struct JunitCase {
  std::string group;
  std::string name;
  std::string failure;  // empty: none
  std::string skipped;  // empty: no
  std::string text;
};

std::string JunitSuite(const std::string& name, const std::vector<JunitCase>& cases) {
  const auto count = [&](const std::string JunitCase::*member) {
    return std::count_if(cases.begin(), cases.end(), [&](const JunitCase& c) { return !(c.*member).empty(); });
  };
  std::string xml = fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">\n",
                                Xml(name), cases.size(), count(&JunitCase::failure), count(&JunitCase::skipped));
  for (const JunitCase& c : cases) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", Xml(c.group), Xml(c.name));
    if (!c.failure.empty()) {
      xml +=
          fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", Xml(c.failure), Xml(c.text));
    } else if (!c.skipped.empty()) {
      xml += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n", Xml(c.skipped));
    } else {
      xml += "/>\n";
    }
  }
  return xml + "  </testsuite>\n";
}

JunitCase LawCase(const laws::Finding& f, const Claim& claim) {
  JunitCase c{laws::FamilyName(f.family), fmt::format("{} ({})", f.law, laws::LevelName(f.ask.axis, f.ask.level)), "",
              "", ""};
  const bool claimed = f.ask.level <= Claimed(claim, f.ask.axis);
  if (f.standing == laws::Standing::kBroken) {
    (claimed ? c.failure : c.skipped) = f.counterexample->finding + (claimed ? "" : "; not claimed");
    c.text = Printed(*f.counterexample);
  } else if (f.standing != laws::Standing::kHeld) {
    c.skipped = laws::StandingName(f.standing);
  }
  return c;
}

std::vector<JunitCase> ConductCases(const kernel::FindingLog& log) {
  std::vector<JunitCase> cases;
  for (const kernel::Finding finding : kernel::kFindings) {
    if (!kernel::IsFailure(finding)) continue;
    JunitCase c{"conduct", std::string("no ") + kernel::Name(finding), "", "", ""};
    if (const auto seen = log.seen().find(finding); seen != log.seen().end()) {
      c.failure = seen->second.detail;
      c.text = fmt::format("in {} of {} calls", seen->second.calls, log.calls());
    }
    cases.push_back(std::move(c));
  }
  return cases;
}

}  // namespace

bool ClaimHolds(const Report& report) {
  return std::all_of(std::begin(kAxes), std::end(kAxes), [&](Axis axis) { return Reaches(report, axis); }) &&
         !report.log.failed();
}

std::string ReportText(const Report& report) {
  std::string text = Printed(report.verdict);
  text += report.log.failed() ? "\nseen besides\n" : "\nnothing else was seen going wrong";
  if (!report.log.failed()) text += fmt::format(" in {} calls\n", report.log.calls());
  for (const auto& [finding, seen] : report.log.seen()) {
    text += fmt::format("  {}{}: {} ({} x {}; {} of {} calls)\n", kernel::Name(finding),
                        kernel::IsFailure(finding) ? "" : ", which is no failure", seen.detail, seen.rows, seen.columns,
                        seen.calls, report.log.calls());
  }
  if (!report.targets.empty()) text += fmt::format("\ninstruction sets compared: {}\n", fmt::join(report.targets, " "));
  if (report.given_up) text += "  after so many hangs the kernel was called no more\n";
  text += fmt::format("\n{} is {}\n", ClaimName(report.claim), ClaimHolds(report) ? "reached" : "not reached");
  for (const Axis axis : kAxes) {
    const int level = Claimed(report.claim, axis);
    if (Reaches(report, axis)) continue;
    text += fmt::format("  not {}: {}\n", laws::LevelName(axis, level), laws::LevelMeaning(axis, level));
  }
  return text;
}

nlohmann::ordered_json ReportJson(const Report& report) {
  const laws::Verdict& v = report.verdict;
  Json formats = Json::array();
  for (const laws::Formats& f : FormatsOf(v)) {
    formats.push_back({{"formats", laws::FormatsName(f)},
                       {"accuracy", LevelJson(Axis::kAccuracy, v.Level(Axis::kAccuracy, f))},
                       {"repeatability", LevelJson(Axis::kRepeatability, v.Level(Axis::kRepeatability, f))}});
  }
  Json geometry = Json::array();
  for (const laws::GeometricClaim& claim : v.Geometry()) {
    geometry.push_back(
        {{"claim", claim.law}, {"standing", laws::StandingName(claim.standing)}, {"broken_in", claim.broken_in}});
  }
  Json all = Json::array();
  for (const laws::Finding& f : v.findings) {
    Json law = {{"law", f.law},
                {"family", laws::FamilyName(f.family)},
                {"level", laws::LevelName(f.ask.axis, f.ask.level)},
                {"formats", laws::FormatsName(f.formats)},
                {"standing", laws::StandingName(f.standing)},
                {"held", f.held},
                {"unsupported", f.unsupported}};
    if (f.counterexample) {
      law["finding"] = f.counterexample->finding;
      law["counterexample"] = Printed(*f.counterexample);
    }
    all.push_back(std::move(law));
  }
  Json seen = Json::array();
  for (const auto& [finding, s] : report.log.seen()) {
    seen.push_back({{"finding", kernel::Name(finding)},
                    {"failure", kernel::IsFailure(finding)},
                    {"calls", s.calls},
                    {"rows", s.rows},
                    {"columns", s.columns},
                    {"detail", s.detail}});
  }
  return {{"exactnorm", exactnorm_version()},
          {"kernel", v.subject},
          {"seed", v.seed},
          {"cases", v.cases},
          {"accuracy", LevelJson(Axis::kAccuracy, v.Level(Axis::kAccuracy))},
          {"repeatability", LevelJson(Axis::kRepeatability, v.Level(Axis::kRepeatability))},
          {"claim", ClaimName(report.claim)},
          {"claim_holds", ClaimHolds(report)},
          {"formats", formats},
          {"geometry", geometry},
          {"laws", all},
          {"targets", report.targets},
          {"unsupported", v.Unsupported()},
          {"calls", report.log.calls()},
          {"findings", seen},
          {"given_up", report.given_up}};
}

std::string ReportJunit(const Report& report) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites name=\"exactnorm verify {}\">\n", Xml(report.verdict.subject));
  for (const laws::Formats& formats : FormatsOf(report.verdict)) {
    std::vector<JunitCase> cases;
    for (const laws::Finding& f : report.verdict.findings) {
      if (laws::FormatsName(f.formats) == laws::FormatsName(formats)) cases.push_back(LawCase(f, report.claim));
    }
    xml += JunitSuite(laws::FormatsName(formats), cases);
  }
  xml += JunitSuite("conduct", ConductCases(report.log));
  return xml + "</testsuites>\n";
}

}  // namespace exactnorm::verify
