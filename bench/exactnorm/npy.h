// SPDX-License-Identifier: Apache-2.0
// Arrays of the four formats in .npy files: file -> array in memory, and back.
// In memory every array is in C order and the machine's byte order, whatever the file had; the values'
// bits are never changed. A bad file is a BadInput before anything is computed from it.
#ifndef EXACTNORM_BENCH_EXACTNORM_NPY_H_
#define EXACTNORM_BENCH_EXACTNORM_NPY_H_

#include <vector>

#include "bench/exactnorm/bad_input.h"
#include "bench/exactnorm/npy_header.h"
#include "lib/formats/format.h"

namespace exactnorm::command {

// How elements of type u2 or V2, which say nothing about themselves, are to be understood.
enum class SixteenBits { kRefused, kBfloat16 };

struct NpyArray {
  const Format* format = nullptr;
  Shape shape;
  std::vector<unsigned char> bytes;  // the data, after `offset` bytes of something else
  size_t offset = 0;

  const void* data() const { return bytes.data() + offset; }
  void* data() { return bytes.data() + offset; }
  size_t size() const;  // elements
  // Rows lie along the last axis; rank 0 and empty rows are refused when reading.
  size_t columns() const { return shape.back(); }
  size_t rows() const;  // product of the other axes
};

// The product of the lengths; no overflow for a shape that has been read.
size_t ElementCount(const Shape& shape);

// Takes the bytes of a whole file. `name` says whose they are in a message.
NpyArray ParseNpy(std::vector<unsigned char> file, SixteenBits sixteen_bits, const FileArgument& name);

NpyArray ReadNpy(const FileArgument& file, SixteenBits sixteen_bits);

// An array of zeros to be filled in, with the file's header already before its data (bf16: '<u2').
NpyArray NewNpy(const Format& format, const Shape& shape);

// The bytes of the file for an array from NewNpy().
std::vector<unsigned char> ToFile(NpyArray array);

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_NPY_H_
