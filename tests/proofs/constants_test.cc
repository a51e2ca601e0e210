// SPDX-License-Identifier: Apache-2.0
// The ledgers' constants as they are compiled, error_bounds.h, sharp_error_bounds.h and binary64_error_bounds.h of
// lib/fast, are those that proofs/fast, sharp and binary64 prove their theorems for. Argument: the table that Coq
// printed. Bounds that are functions are evaluated with Coq's coefficients, in the order of the header, and have to
// agree in every bit.
#include "tests/proofs/constants.h"

#include <cmath>
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
  Expect("sharp_least_kappa", kSharpLeastKappa);
  Expect("sharp_least_square", kSharpLeastSquare);
  const double unit = Proved("sharp_unit");
  for (unsigned i = 0; const Triple* const t = Entry("sharp_sum", i); ++i) {
    const double sum = SharpSumError(static_cast<size_t>(t->n), static_cast<size_t>(t->d));
    Expect("sharp_sum", sum, static_cast<double>(t->e));
    for (const double root : {0x1p-300, 1.0, 1.5, 0x1p20}) {
      const double kappa = root * root;
      const NormalizedError bound = BoundSharp(sum, kappa, root);
      const double scaled = (Proved("sharp_sum_slope") * sum + Proved("sharp_sum_offset")) * kappa;
      Expect("sharp_e1", bound.e1, Proved("sharp_doubling") * (scaled + Proved("sharp_offset")) * unit);
      Expect("sharp_e0", bound.e0, Proved("sharp_absolute") * sum * root * unit);
    }
  }
}

void ExpectBinary64() {
  Expect("tier_most_columns", kBinary64MostColumns);
  Expect("tier_least_deviation", kBinary64LeastDeviation);
  Expect("tier_most_deviation", kBinary64MostDeviation);
  Expect("tier_least_v", kBinary64LeastV);
  Expect("tier_kappa", kBinary64Kappa);
  Expect("tier_centred", kBinary64Centred);
  Expect("tier_most_t", std::ldexp(1.0, kBinary64MostExponent));
  Expect("tier_grid_bits", kBinary64GridBits);
  Expect("tier_least_magnitude", kBinary64LeastMagnitude);
  Expect("tier_most_magnitude", kBinary64MostMagnitude);
  Expect("tier_column", kBinary64ColumnError);
  Expect("tier_margin", kBinary64Margin);
  Expect("tier_statistics", kBinary64Statistics);
  Expect("tier_end", kBinary64EndFactor);
  for (unsigned i = 0; const Triple* const t = Entry("tier_bits", i); ++i) {
    Expect("tier_bits", Binary64SplitBits(static_cast<size_t>(t->n)), static_cast<double>(t->e));
  }
  const double u = Proved("unit_roundoff");
  for (unsigned i = 0; const Triple* const t = Entry("tier_sum", i); ++i) {
    const auto columns = static_cast<size_t>(t->n), lanes = static_cast<size_t>(t->d);
    const double sum = Binary64SumError(columns, lanes);
    Expect("tier_sum", sum, static_cast<double>(t->e));
    const auto h = static_cast<double>(SumHeight(columns, lanes));
    for (const double grid : {0x1p-24, 0x1.8p-10}) {
      for (const double root : {1.0, 1.5, 8.0}) {
        for (const double shift : {0.0, 0.75, 8.0}) {
          const NormalizedError row = BoundBinary64(columns, lanes, grid, root, shift);
          const double sums = Proved("tier_sums") * u * grid * ((h + 1) * root + h * shift);
          const double slope1 = Proved("tier_e1_slope"), offset1 = Proved("tier_e1_offset");
          Expect("tier_e1", row.e1, sums + (slope1 * sum + offset1) * (u * u) * (root * root + 1));
          const double slope0 = Proved("tier_e0_slope"), offset0 = Proved("tier_e0_offset");
          Expect("tier_e0", row.e0,
                 Proved("tier_sums") * h * u * grid + (slope0 * sum + offset0) * (u * u) * (root + 1));
          const NormalizedError all = BoundBinary64Normalized(row, grid);
          Expect("tier_all_e1", all.e1, Proved("tier_factor") * row.e1);
          const double reached = row.e0 + Proved("tier_reach") * row.e1;
          Expect("tier_all_e0", all.e0, Proved("tier_factor") * (reached + Proved("tier_rounding") * u * grid));
        }
      }
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
  ExpectHeights();
  ExpectWidths();
  ExpectSharp();
  ExpectBinary64();
  return proofs::Verdict();
}

}  // namespace
}  // namespace exactnorm::fast

int main(int, char** arguments) { return exactnorm::fast::Compare(arguments[1]); }
