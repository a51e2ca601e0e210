// SPDX-License-Identifier: Apache-2.0
// What `exactnorm verify` found out: the verdict of the laws, what the host saw besides, and the claim they are held
// against -> one screen, JSON, JUnit XML. Pure functions.
#ifndef EXACTNORM_BENCH_VERIFY_REPORT_H_
#define EXACTNORM_BENCH_VERIFY_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/kernel/finding_log.h"
#include "tests/laws/verdict.h"

namespace exactnorm::verify {

// The level on each axis that the kernel is said to reach, and whether it is said to hold every claim of the geometry.
struct Claim {
  int accuracy;
  int repeatability;
  bool geometry = false;
};

struct Report {
  laws::Verdict verdict;
  kernel::FindingLog log;
  Claim claim;
  std::vector<std::string> targets;  // that R2 compared
  bool given_up = false;             // the kernel hung too often to be asked everything
};

// The levels are reached, and nothing was seen that no kernel may do.
bool ClaimHolds(const Report& report);

std::string ReportText(const Report& report);
nlohmann::ordered_json ReportJson(const Report& report);

// A test suite for each choice of formats, a test case for each law at each level, and a suite of the host's findings.
// A law above the claim is never a failure.
std::string ReportJunit(const Report& report);

}  // namespace exactnorm::verify
#endif  // EXACTNORM_BENCH_VERIFY_REPORT_H_
