// SPDX-License-Identifier: Apache-2.0
// The constants of the output formats as they are compiled, lib/fast/rounding_test-inl.h, are those that
// proofs/fast/answers.v proves its theorems for. Argument: the table that Coq printed.
#include <cmath>
#include <string>

#include "lib/fast/rounding_test-inl.h"
#include "tests/proofs/constants.h"

namespace exactnorm::fast {
namespace {

template <class Y>
void ExpectFormat(const std::string& name) {
  proofs::Expect((name + ".lost").c_str(), Y::kLost);
  proofs::Expect((name + ".unit").c_str(), Y::kUnit);
  proofs::Expect((name + ".least").c_str(), Y::kLeast);
  proofs::Expect((name + ".most").c_str(), Y::kMost);
  proofs::Expect((name + ".tail").c_str(), std::log2(2 * static_cast<double>(Y::Test::kHalf)));
}

int Compare(const char* table) {
  proofs::ReadTable(table);
  ExpectFormat<HWY_NAMESPACE::RoundToBinary32>("binary32");
  ExpectFormat<HWY_NAMESPACE::RoundToBinary16>("binary16");
  ExpectFormat<HWY_NAMESPACE::RoundToBfloat16>("bfloat16");
  return proofs::Verdict();
}

}  // namespace
}  // namespace exactnorm::fast

int main(int, char** arguments) { return exactnorm::fast::Compare(arguments[1]); }
