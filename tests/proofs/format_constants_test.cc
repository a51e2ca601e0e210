// SPDX-License-Identifier: Apache-2.0
// The constants of the output formats as they are compiled, lib/fast/rounding_test-inl.h, are those that
// proofs/fast/answers.v proves its theorems for. Argument: the table that Coq printed.
#include "lib/fast/rounding_test-inl.h"
#include "tests/proofs/constants.h"

namespace exactnorm::fast {
namespace {

template <class Y>
void ExpectFormat(proofs::Constants& proved, const std::string& name) {
  proved.Expect(name + ".lost", Y::kLost);
  proved.Expect(name + ".unit", Y::kUnit);
  proved.Expect(name + ".least", Y::kLeast);
  proved.Expect(name + ".most", Y::kMost);
  proved.Expect(name + ".tail", std::log2(2 * static_cast<double>(Y::Test::kHalf)));
}

int Compare(const char* table) {
  proofs::Constants proved(table);
  ExpectFormat<HWY_NAMESPACE::RoundToBinary32>(proved, "binary32");
  ExpectFormat<HWY_NAMESPACE::RoundToBinary16>(proved, "binary16");
  ExpectFormat<HWY_NAMESPACE::RoundToBfloat16>(proved, "bfloat16");
  return proved.Verdict();
}

}  // namespace
}  // namespace exactnorm::fast

int main(int, char** arguments) { return exactnorm::fast::Compare(arguments[1]); }
