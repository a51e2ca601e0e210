// SPDX-License-Identifier: Apache-2.0
// The six arrays of a call as memory: which are there, how long, in what format, and their elements.
#ifndef EXACTNORM_BENCH_KERNEL_ARRAYS_H_
#define EXACTNORM_BENCH_KERNEL_ARRAYS_H_

#include <array>
#include <cstddef>
#include <string>

#include "exactnorm/kernel.h"
#include "lib/formats/format.h"

namespace exactnorm::kernel {

enum ArrayIndex : size_t { kX, kGamma, kBeta, kY, kMean, kRstd, kArrays };

// rows x columns elements, rows `stride` apart. Absent: data is null.
struct Array {
  const char* name;
  const void* data;
  const Format* format;
  size_t rows;
  size_t columns;
  size_t stride;
  bool output;  // the kernel may write it

  size_t element() const { return static_cast<size_t>(format->bytes); }
  size_t bytes() const { return ((rows - 1) * stride + columns) * element(); }  // gaps included
};

// Precondition: a call as kernel.h says. In place, kX is an output as kY is.
std::array<Array, kArrays> ArraysOf(const exactnorm_kernel_call& call);

// Where byte `offset` of the array lies: "element 3 of row 1", "the gap after row 1".
std::string Place(const Array& array, size_t offset);
bool InGap(const Array& array, size_t offset);

// The first NaN among the outputs that is not the canonical one, as a sentence; or nothing.
std::string NonCanonicalNan(const exactnorm_kernel_call& call);

const Format& FormatOf(exactnorm_format format);

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_ARRAYS_H_
