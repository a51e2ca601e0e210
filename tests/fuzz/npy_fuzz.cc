// SPDX-License-Identifier: Apache-2.0
// Bytes of a .npy file -> an array whose every element is in the file, or a BadInput in one sentence. What is written
// of an array reads back as the same array.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bench/exactnorm/npy.h"
#include "tests/fuzz/promise.h"

namespace exactnorm::command {
namespace {

using Bytes = std::vector<unsigned char>;
using fuzz::Promise;

const FileArgument kName{"--x", "x.npy"};

// A first byte of 1 to 3 is the version of a header whose magic and length are right, so that its text, up to a line
// feed, is what is tried; else the bytes are the file.
Bytes File(const uint8_t* data, size_t size) {
  if (size == 0 || data[0] < 1 || data[0] > 3) return {data, data + size};
  const unsigned char version = *data++;
  --size;
  const uint8_t* line_feed = std::find(data, data + size, '\n');
  const size_t length = static_cast<size_t>(line_feed - data) + (line_feed == data + size ? 0 : 1);
  Bytes file = {0x93, 'N', 'U', 'M', 'P', 'Y', version, 0};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) file.push_back(static_cast<unsigned char>(length >> (8 * i)));
  file.insert(file.end(), data, data + size);
  return file;
}

void CheckRoundTrip(const NpyArray& array) {
  const size_t bytes = array.size() * static_cast<size_t>(array.format->bytes);
  Promise(array.offset + bytes == array.bytes.size(), "the data is all there, and nothing after it");
  Promise(!array.shape.empty() && array.columns() > 0, "rows have elements");
  Promise(array.rows() * array.columns() == array.size(), "rows times columns is all");

  NpyArray copy = NewNpy(*array.format, array.shape);
  const auto* data = static_cast<const unsigned char*>(array.data());
  std::copy(data, data + bytes, static_cast<unsigned char*>(copy.data()));
  const NpyArray again = ParseNpy(ToFile(std::move(copy)), SixteenBits::kBfloat16, kName);
  Promise(again.format == array.format && again.shape == array.shape, "what is written reads as the same shape");
  Promise(std::equal(data, data + bytes, static_cast<const unsigned char*>(again.data())), "and the same bits");
}

}  // namespace
}  // namespace exactnorm::command

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace exactnorm::command;
  for (const SixteenBits sixteen_bits : {SixteenBits::kRefused, SixteenBits::kBfloat16}) {
    try {
      CheckRoundTrip(ParseNpy(File(data, size), sixteen_bits, kName));
    } catch (const BadInput& refusal) {
      const std::string_view sentence = refusal.what();
      Promise(sentence.starts_with("--x x.npy: ") && sentence.size() > 20, "a refusal names the file and the problem");
    }
  }
  return 0;
}
