// SPDX-License-Identifier: Apache-2.0
// The ledger's constants as they are compiled, lib/fast/error_bounds.h, are those that proofs/fast proves its theorems
// for. Argument: the table that Coq printed. Bounds that are functions are evaluated with Coq's coefficients, in the
// order of the header, and have to agree in every bit.
#include "tests/proofs/constants.h"

#include "lib/fast/error_bounds.h"

namespace exactnorm::fast {
namespace {

void ExpectHeights(proofs::Constants& proved) {
  const double u = proved["unit_roundoff"];
  const auto bound = [&](const std::string& name, double h) {
    return (proved[name + "_slope"] * h + proved[name + "_offset"]) * u;
  };
  for (const auto& [columns, lanes, height] : proved.All("height")) {
    const auto n = static_cast<size_t>(columns), k = static_cast<size_t>(lanes);
    const auto h = static_cast<double>(height);
    proved.Expect("height", static_cast<double>(SumHeight(n, k)), h);
    const NormalizedError error = BoundNormalized(n, k);
    proved.Expect("e1", error.e1, bound("e1", h));
    proved.Expect("e0", error.e0, bound("e0", h));
    proved.Expect("mean", BoundMean(n, k), bound("mean", h));
    proved.Expect("rstd", BoundRstd(n, k), bound("rstd", h));
  }
}

void ExpectWidths(proofs::Constants& proved) {
  for (const double gamma : {0.0, 1.0, 0x1.8p-60, 0x1p100}) {
    for (const double beta : {0.0, 3.0, 0x1.4p-70}) {
      for (const double least : {0x1p-126, 0x1p-20, 0x1p-3}) {
        for (const NormalizedError& error : {NormalizedError{0, 0}, BoundNormalized(768, 4), BoundNormalized(1, 32)}) {
          const double absolute =
              (error.e0 * gamma + error.e1 * beta) * (1 + proved["width_excess"]) * proved["width_scale"];
          const double relative = proved["width_relative"] * (error.e1 / proved["unit_roundoff"]);
          proved.Expect("width", BoundWidth(error, gamma, beta, least),
                        absolute / least + relative + proved["width_offset"]);
        }
      }
    }
  }
}

int Compare(const char* table) {
  proofs::Constants proved(table);
  proved.Expect("unit_roundoff", kUnitRoundoff);
  proved.Expect("block", kSumBlock);
  proved.Expect("accumulators", kAccumulators);
  proved.Expect("most_columns", kMaxColumns);
  proved.Expect("admission", kAdmission);
  proved.Expect("least_square", kLeastSquare);
  proved.Expect("most_square", kMostSquare);
  proved.Expect("end_factor", kEndFactor);
  proved.Expect("underflow", kUnderflow);
  proved.Expect("spread", kMeanSquare);
  ExpectHeights(proved);
  ExpectWidths(proved);
  return proved.Verdict();
}

}  // namespace
}  // namespace exactnorm::fast

int main(int, char** arguments) { return exactnorm::fast::Compare(arguments[1]); }
