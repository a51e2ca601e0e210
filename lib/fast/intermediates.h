// SPDX-License-Identifier: Apache-2.0
// One row and one target -> every intermediate value of its fast stage and of its sharp stage, by the functions that
// the stages themselves are made of. For tests and for the proofs' models; not part of the library.
// Names are those of the ledgers in error_bounds.h and sharp_error_bounds.h; values are the target's own, bit for bit.
#ifndef EXACTNORM_FAST_INTERMEDIATES_H_
#define EXACTNORM_FAST_INTERMEDIATES_H_

#include <vector>

#include "lib/fast/target.h"
#include "lib/row.h"

namespace exactnorm::fast {

// Of the fast stage. About 0, and about the computed mean if 0 is not admitted and the operation is LayerNorm: then
// `center` is not 0, or 0 is the mean.
struct Intermediates {
  size_t lanes;                    // of a vector of binary64; decides the order of the sums
  bool fma;                        // multiply-adds round once, not twice
  double center;                   // m
  double sum;                      // of d_i; 0 for RMSNorm
  double squares;                  // sum of d_i^2
  double offset;                   // a^
  double mean_square;              // q^
  double variance_eps;             // v^
  double rstd;                     // r^
  double shift;                    // c^
  bool admitted;                   // else nothing below is certified, and the values are what they are
  NormalizedError error;           // E1, E0
  std::vector<double> deviations;  // d_i
  std::vector<double> t;           // t^_i
  std::vector<double> y;           // y^_i
  std::vector<uint64_t> results;   // patterns of y, right where certified
  std::vector<bool> certified;     // by the stage as a whole: window test, else ends test
  bool statistics_certified;       // mean and rstd, if the row has them
};

// The row's x, parameters and y are of binary32, bfloat16 or binary16. Writes the row's outputs, as the stage does.
Intermediates FindIntermediates(const Target& target, const Row& row);

// hi + lo, exactly.
struct DoubleDouble {
  double hi;
  double lo;
};

// value's hi + lo within error.
struct NumberWithin {
  DoubleDouble value;
  double error;
};

// Of the sharp stage; x may have any format.
struct SharpIntermediates {
  size_t lanes;
  bool fma;
  double scale;               // s; 0 if the row cannot be scaled: then the rest is 0 too
  double center;              // if it is not finite, the rest is 0 too
  DoubleDouble offset;        // a^
  DoubleDouble mean_square;   // q^
  DoubleDouble variance_eps;  // v^
  double kappa;               // before it is at least kSharpLeastKappa
  bool admitted;              // else all below is 0 or empty
  DoubleDouble rstd;          // r^
  NormalizedError error;      // doubled S1, S0: BoundSharp
  NumberWithin mean;          // of the row itself, as StoreCertified is given them
  NumberWithin inverse;       // 1 / sqrt(var + eps)
  std::vector<DoubleDouble> t;
  std::vector<DoubleDouble> y;
  std::vector<double> bound;       // on y^'s error
  std::vector<DoubleDouble> ends;  // y lies between y^'s high part plus `hi` and plus `lo` of these
  std::vector<uint64_t> results;
  std::vector<bool> certified;
};

SharpIntermediates FindSharpIntermediates(const Target& target, const Row& row);

// A column's parameters in the first tier for binary64.
struct Binary64Column {
  double g1, g2, b1, b2;
  NormalizedError error;  // |g| e1, |g| e0 + M's part: infinite where M is out of range
};

// Of the first tier for binary64 (binary64_error_bounds.h).
struct Binary64Intermediates {
  size_t lanes;  // 0 on a target without FMA: then all is 0 or empty
  double center;
  double largest;           // max |d|; if it is out of range, all of the moments are 0
  double kappa;             // q^ / v^
  DoubleDouble offset;      // a^
  DoubleDouble rstd;        // r^
  DoubleDouble shift;       // c^
  NormalizedError moments;  // E1, E0
  bool moments_admitted;
  bool admitted;      // and T is in range; else all below is 0 or empty
  NumberWithin mean;  // as StoreCertified is given them
  NumberWithin inverse;
  double t;  // T, F of this row alone
  double grid;
  NormalizedError error;  // e1, e0
  std::vector<Binary64Column> columns;
  std::vector<double> t1, t2;
  std::vector<DoubleDouble> y;     // s, l
  std::vector<double> bound;       // e
  std::vector<DoubleDouble> ends;  // what is compared: RN(y) if `hi` and `lo` are equal
};

// A row of binary64 throughout, aligned, of at most kBinary64MostColumns columns. Writes nothing but mean and rstd.
Binary64Intermediates FindBinary64Intermediates(const Target& target, const Row& row);

}  // namespace exactnorm::fast
#endif  // EXACTNORM_FAST_INTERMEDIATES_H_
