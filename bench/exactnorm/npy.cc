// SPDX-License-Identifier: Apache-2.0
// Header -> is the element type one of ours, is the shape sane, is the data all there -> C order, own bytes.
#include "bench/exactnorm/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>

#include "bench/exactnorm/files.h"

namespace exactnorm::command {
namespace {

constexpr bool kLittleEndianMachine = std::endian::native == std::endian::little;

struct ElementType {
  const Format* format;
  bool little_endian;
};

struct Refusal {
  std::string_view what;
  std::string_view remedy;
};

// What NumPy's type letters other than f and V hold, and how to get floats out of it.
Refusal RefusalOf(char kind) {
  switch (kind) {
    case 'O': return {"Python objects", "convert it with astype('float32')"};
    case 'i':
    case 'u': return {"integers", "convert it with astype('float64')"};
    case 'b': return {"booleans", "convert it with astype('float32')"};
    case 'c': return {"complex numbers", "save its real part"};
    case 'S':
    case 'a':
    case 'U': return {"text", "convert it with astype('float64')"};
    default: return {"elements that are not f8, f4 or f2", "convert it with astype('float64')"};
  }
}

ElementType ParseDescr(const std::string& descr, SixteenBits sixteen_bits, const FileArgument& name) {
  const bool has_order = !descr.empty() && std::string_view("<>=|").find(descr[0]) != std::string_view::npos;
  // '=' and '|' leave the order to the machine; no NumPy writes them with f, but V2 may carry '|'.
  const char order = has_order ? descr[0] : '=';
  const bool little = order == '<' || (order != '>' && kLittleEndianMachine);
  const std::string type = descr.substr(has_order ? 1 : 0);
  if (type == "f8") return {&kF64, little};
  if (type == "f4") return {&kF32, little};
  if (type == "f2") return {&kF16, little};
  if (type == "u2" || type == "V2") {
    if (sixteen_bits == SixteenBits::kBfloat16) return {&kBF16, little};
    throw BadInput(name, fmt::format("holds '{}'; if these are bfloat16 add --format bf16, "
                                     "else convert it with astype('float64')",
                                     descr));
  }
  const Refusal refusal = RefusalOf(type.empty() ? '\0' : type[0]);
  throw BadInput(name, fmt::format("holds {} ('{}'); {}", refusal.what, descr, refusal.remedy));
}

// Bytes of data, or a refusal if no array can be that large. As in NumPy, an axis of length 0 does not
// excuse absurd other axes.
size_t DataBytes(const Shape& shape, const Format& format, const FileArgument& name) {
  auto bytes = static_cast<size_t>(format.bytes);
  bool empty = false;
  for (const size_t length : shape) {
    if (length == 0) {
      empty = true;
    } else if (length > PTRDIFF_MAX / bytes) {
      throw BadInput(name, "has shape " + ToString(shape) + ", more elements than can be addressed; save it again");
    } else {
      bytes *= length;
    }
  }
  return empty ? 0 : bytes;
}

void CheckRows(const Shape& shape, const FileArgument& name) {
  if (shape.empty()) {
    throw BadInput(name, "has shape (), a single number without an axis; reshape it to (1,) or more");
  }
  if (shape.back() == 0) {
    throw BadInput(name, "has shape " + ToString(shape) + ", rows of N = 0 elements; a row needs at least one");
  }
}

void SwapBytes(unsigned char* data, size_t size, size_t element_bytes) {
  for (unsigned char* element = data; element != data + size; element += element_bytes) {
    std::reverse(element, element + element_bytes);
  }
}

// Fortran order (the first axis is the fastest) to C order (the last axis is).
std::vector<unsigned char> ToCOrder(const unsigned char* data, const Shape& shape, size_t element_bytes) {
  const size_t count = ElementCount(shape);
  Shape strides(shape.size());
  std::exclusive_scan(shape.begin(), shape.end(), strides.begin(), size_t{1}, std::multiplies<>());
  std::vector<unsigned char> result(count * element_bytes);
  Shape index(shape.size(), 0);
  size_t from = 0;
  for (size_t to = 0; to < count; ++to) {
    std::copy_n(data + from * element_bytes, element_bytes, result.data() + to * element_bytes);
    // The next index in C order: axes that are at their end go back to 0 and carry to the axis before.
    for (size_t axis = shape.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace

size_t ElementCount(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), size_t{1}, std::multiplies<>());
}

size_t NpyArray::size() const { return ElementCount(shape); }
size_t NpyArray::rows() const { return ElementCount(Shape(shape.begin(), shape.end() - 1)); }

NpyArray ParseNpy(std::vector<unsigned char> file, SixteenBits sixteen_bits, const FileArgument& name) {
  NpyHeader header = ParseNpyHeader(file, name);
  const ElementType type = ParseDescr(header.descr, sixteen_bits, name);
  const size_t promised = DataBytes(header.shape, *type.format, name);
  CheckRows(header.shape, name);
  const size_t present = file.size() - header.data_offset;
  if (present < promised) {
    throw BadInput(name, fmt::format("is cut off: shape {} needs {} bytes of data, {} are there; copy or save it again",
                                     ToString(header.shape), promised, present));
  }
  if (present > promised) {
    throw BadInput(name, fmt::format("is too long: shape {} needs {} bytes of data, {} are there; save it again",
                                     ToString(header.shape), promised, present));
  }

  const auto element_bytes = static_cast<size_t>(type.format->bytes);
  unsigned char* data = file.data() + header.data_offset;
  if (type.little_endian != kLittleEndianMachine) SwapBytes(data, promised, element_bytes);
  NpyArray array{type.format, std::move(header.shape), {}, 0};
  if (header.fortran_order && array.shape.size() > 1) {
    array.bytes = ToCOrder(data, array.shape, element_bytes);
  } else {
    array.bytes = std::move(file);
    array.offset = header.data_offset;
  }
  return array;
}

NpyArray ReadNpy(const FileArgument& file, SixteenBits sixteen_bits) {
  return ParseNpy(ReadFile(file), sixteen_bits, file);
}

NpyArray NewNpy(const Format& format, const Shape& shape) {
  const std::string descr = format == kBF16 ? "<u2" : fmt::format("<f{}", format.bytes);
  NpyArray array{&format, shape, MakeNpyHeader(descr, shape), 0};
  array.offset = array.bytes.size();
  array.bytes.resize(array.offset + array.size() * static_cast<size_t>(format.bytes));
  return array;
}

std::vector<unsigned char> ToFile(NpyArray array) {
  if (!kLittleEndianMachine) {
    SwapBytes(array.bytes.data() + array.offset, array.bytes.size() - array.offset,
              static_cast<size_t>(array.format->bytes));
  }
  return std::move(array.bytes);
}

}  // namespace exactnorm::command
