// SPDX-License-Identifier: Apache-2.0
// A good kernel that is not correctly rounded: LayerNorm and RMSNorm in binary64, the mean from an exact sum, then
// deviations, then their squares; one rounding at the end. x in f32, f16 or bf16; it answers f64 as unsupported. Within
// 1 ulp of |y - b| + |b| everywhere, and every other law holds.
//
// Each step is virtual, so that a mutant is this kernel with one step got wrong.
#ifndef EXACTNORM_TESTS_MUTANTS_TWO_PASS_H_
#define EXACTNORM_TESTS_MUTANTS_TWO_PASS_H_

#include <vector>

#include "exactnorm/kernel.h"
#include "lib/formats/format.h"

namespace exactnorm::mutants {

// One row on its way.
struct RowWork {
  const exactnorm_kernel_call& call;
  const Format& x_format;
  const Format& parameter_format;
  const Format& y_format;
  const Format& statistics_format;
  size_t index;                        // of the row in the batch
  std::vector<double> x = {};          // Read
  std::vector<double> gain = {};       // Read; ones where gamma is absent
  std::vector<double> bias = {};       // Read; zeros
  double mean = 0;                     // Center; 0 for RMSNorm
  std::vector<double> deviation = {};  // Center: x - mean
  double variance = 0;                 // of RMSNorm: the mean square
  double rstd = 0;

  size_t columns() const { return x.size(); }
  bool is_layer_norm() const { return call.operation == EXACTNORM_LAYER_NORM; }
};

class TwoPass {
 public:
  virtual ~TwoPass() = default;
  virtual int Call(const exactnorm_kernel_call& call);  // as exactnorm_kernel_function

 protected:
  virtual void NormalizeRow(RowWork& row);

  virtual void Read(RowWork& row);
  virtual void NormalizeNonFiniteRow(RowWork& row);  // a NaN or an infinity in x
  virtual void Center(RowWork& row);
  virtual double Variance(const RowWork& row);
  virtual double InverseRoot(const RowWork& row, double eps);  // 1 / sqrt(variance + eps)
  virtual double Affine(const RowWork& row, size_t i);         // y before its rounding
  virtual uint64_t Round(const RowWork& row, size_t i, double value);
  virtual void WriteStatistics(const RowWork& row);

  void Write(const RowWork& row, size_t i, uint64_t bits);
};

// For mutants that are to be wrong in one element by less than an ulp and that no more than the law in question sees:
// the least |deviation| but 0, if all others are so far from it that no result can pass a neighbour; infinity
// otherwise.
double LoneDeviation(const RowWork& row, double variance);
// Element i has that |deviation| in a row of eight and more, and no small gain. So the ulps of the others, whose halves
// are what rounding may do to a claim of the geometry, outweigh its own.
bool IsLone(const RowWork& row, size_t i, double lone_deviation);

// The sum of doubles, exactly, as doubles whose bits do not overlap, the smallest first.
class ExactSum {
 public:
  void Add(double value);
  double Rounded() const;
  const std::vector<double>& parts() const { return parts_; }

 private:
  std::vector<double> parts_;
};

uint64_t RoundNearest(const Format& f, double value);  // NaN canonical, every zero +0 unless it underflowed
uint64_t RoundToZero(const Format& f, double value);   // but what rounds to an infinity stays one
uint64_t RoundDown(const Format& f, double value);     // likewise
uint64_t RoundUp(const Format& f, double value);       // likewise
double Value(const Format& f, uint64_t bits);

}  // namespace exactnorm::mutants
#endif  // EXACTNORM_TESTS_MUTANTS_TWO_PASS_H_
