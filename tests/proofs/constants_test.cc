// SPDX-License-Identifier: Apache-2.0
// The ledgers' constants as they are compiled, lib/fast/error_bounds.h and sharp_error_bounds.h, are those that
// proofs/fast and proofs/sharp prove their theorems for. Argument: the table that Coq printed. Bounds that are
// functions are evaluated with Coq's coefficients, in the order of the header, and have to agree in every bit.
#include "tests/proofs/constants.h"

#include <initializer_list>

#include "lib/fast/binary64_error_bounds.h"
#include "lib/fast/error_bounds.h"
#include "lib/fast/sharp_error_bounds.h"

namespace exactnorm::fast {
namespace {

using proofs::Entry;
using proofs::Expect;
using proofs::Proved;
using proofs::Triple;

void ExpectHeights() {
  const double u = Proved("unit_roundoff");
  for (unsigned i = 0; const Triple* const t = Entry("height", i); ++i) {
    const auto columns = static_cast<size_t>(t->n), lanes = static_cast<size_t>(t->d);
    const auto h = static_cast<double>(t->e);
    Expect("height", static_cast<double>(SumHeight(columns, lanes)), h);
    const NormalizedError error = BoundNormalized(columns, lanes);
    Expect("e1", error.e1, (Proved("e1_slope") * h + Proved("e1_offset")) * u);
    Expect("e0", error.e0, (Proved("e0_slope") * h + Proved("e0_offset")) * u);
    Expect("mean", BoundMean(columns, lanes), (Proved("mean_slope") * h + Proved("mean_offset")) * u);
    Expect("rstd", BoundRstd(columns, lanes), (Proved("rstd_slope") * h + Proved("rstd_offset")) * u);
  }
}

void ExpectWidths() {
  for (const double gamma : {0.0, 1.0, 0x1.8p-60, 0x1p100}) {
    for (const double beta : {0.0, 3.0, 0x1.4p-70}) {
      for (const double least : {0x1p-126, 0x1p-20, 0x1p-3}) {
        for (const NormalizedError& error : {NormalizedError{0, 0}, BoundNormalized(768, 4), BoundNormalized(1, 32)}) {
          const double absolute =
              (error.e0 * gamma + error.e1 * beta) * (1 + Proved("width_excess")) * Proved("width_scale");
          const double relative = Proved("width_relative") * (error.e1 / Proved("unit_roundoff"));
          Expect("width", BoundWidth(error, gamma, beta, least), absolute / least + relative + Proved("width_offset"));
        }
      }
    }
  }
}

void ExpectSharp() {
  Expect("sharp_unit", kSharpUnit);
  Expect("sharp_end_factor", kSharpEndFactor);
  Expect("sharp_underflow", kSharpUnderflow);
  Expect("sharp_accumulators", kSharpAccumulators);
  Expect("sharp_kappa", kSharpKappa);
  Expect("sharp_kappa_margin", kSharpKappaMargin);
  Expect("sharp_least_v", kSharpLeastV);
  const double unit = Proved("sharp_unit");
  for (unsigned i = 0; const Triple* const t = Entry("sharp_sum", i); ++i) {
    const double sum = SharpSumError(static_cast<size_t>(t->n), static_cast<size_t>(t->d));
    Expect("sharp_sum", sum, static_cast<double>(t->e));
    for (const double root : {1.0, 1.5, 0x1p20}) {
      const double kappa = root * root;
      const NormalizedError bound = BoundSharp(sum, kappa, root);
      const double scaled = (Proved("sharp_sum_slope") * sum + Proved("sharp_sum_offset")) * kappa;
      Expect("sharp_e1", bound.e1, Proved("sharp_doubling") * (scaled + Proved("sharp_offset")) * unit);
      Expect("sharp_e0", bound.e0, Proved("sharp_absolute") * sum * root * unit);
    }
  }
}

int Compare(const char* table) {
  proofs::ReadTable(table);
  Expect("unit_roundoff", kUnitRoundoff);
  Expect("block", kSumBlock);
  Expect("accumulators", kAccumulators);
  Expect("most_columns", kMaxColumns);
  Expect("admission", kAdmission);
  Expect("least_square", kLeastSquare);
  Expect("most_square", kMostSquare);
  Expect("end_factor", kEndFactor);
  Expect("underflow", kUnderflow);
  Expect("spread", kMeanSquare);
  Expect("tier_column", kBinary64ColumnError);
  ExpectHeights();
  ExpectWidths();
  ExpectSharp();
  return proofs::Verdict();
}

}  // namespace
}  // namespace exactnorm::fast

int main(int, char** arguments) { return exactnorm::fast::Compare(arguments[1]); }
