// SPDX-License-Identifier: Apache-2.0
// Calls of several rows from a seed, in every combination of formats that the SIMD stages take, without the library's
// help but for the exact stage: the same on every machine.
#ifndef EXACTNORM_TESTS_ARM_BATCH_H_
#define EXACTNORM_TESTS_ARM_BATCH_H_

#include <string>
#include <vector>

#include "tests/rows/generator.h"

namespace exactnorm::rows {

// x, parameters, y; statistics are in y's format.
struct Formats {
  const Format* x;
  const Format* parameter;
  const Format* y;
  std::string name() const { return std::string(x->name) + ' ' + parameter->name + ' ' + y->name; }
};

// Of binary32, bfloat16 and binary16 all; two with binary64.
std::vector<Formats> Combinations();

// Rows of one call: `problem` with more than one row in its x; room for the results, as bytes.
struct Batch {
  using Bytes = std::vector<unsigned char>;

  Batch(const Problem& p, size_t row_count);
  Row row(size_t i);
  void NormalizeExactly();  // by the exact stage alone
  void Normalize();         // by the public call; throws std::runtime_error on a refusal

  Problem problem;
  size_t rows;
  size_t columns;
  Bytes x, gamma, beta, y, mean, rstd;
};

// The next call of a combination of formats: of any length, often around those of vectors, groups and blocks. One in
// sixteen cancels against beta, one rounds at or beside ties, one has a NaN or an infinity, one has
// parameters at the border of the subnormal numbers.
Batch NextBatch(Generator& random, const Formats& formats, exactnorm_operation operation, Family family);

}  // namespace exactnorm::rows
#endif  // EXACTNORM_TESTS_ARM_BATCH_H_
