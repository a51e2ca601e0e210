// SPDX-License-Identifier: Apache-2.0
// The header of a .npy file: bytes -> element type, order, shape; and back.
// Total: any bytes give a header or a BadInput that says what is wrong; nothing is read out of bounds.
// Source: the format description in the NumPy manual, numpy.lib.format, versions 1.0 to 3.0.
#ifndef EXACTNORM_BENCH_EXACTNORM_NPY_HEADER_H_
#define EXACTNORM_BENCH_EXACTNORM_NPY_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/exactnorm/bad_input.h"

namespace exactnorm::command {

using Shape = std::vector<size_t>;

struct NpyHeader {
  std::string descr;  // of one element, such as "<f4"
  bool fortran_order;
  Shape shape;
  size_t data_offset;  // where the elements begin in the file
};

// `name` is only used to say whose header is bad.
NpyHeader ParseNpyHeader(std::span<const unsigned char> file, const FileArgument& name);

// The bytes before the data of a C-ordered array, padded so that the data begins at a multiple of 64.
std::vector<unsigned char> MakeNpyHeader(const std::string& descr, const Shape& shape);

// As Python prints a tuple: (), (3,), (3, 4).
std::string ToString(const Shape& shape);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_NPY_HEADER_H_
