// SPDX-License-Identifier: Apache-2.0
// .npy files: what NumPy wrote is read, what was written is read back, and any other bytes are refused.
#include "bench/exactnorm/npy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <string>
#include <string_view>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

const FileArgument kName{"--x", "x.npy"};

NpyArray Parse(std::string_view file, SixteenBits sixteen_bits = SixteenBits::kRefused) {
  return ParseNpy({file.begin(), file.end()}, sixteen_bits, kName);
}

std::string Refusal(std::string_view file, SixteenBits sixteen_bits = SixteenBits::kRefused) {
  try {
    Parse(file, sixteen_bits);
  } catch (const BadInput& refusal) {
    return refusal.what();
  }
  return "accepted";
}

uint64_t At(const NpyArray& array, size_t i) { return exactnorm::Load(*array.format, array.data(), i); }

std::string Spaces(size_t count) { return std::string(count, ' '); }

// The next three are the bytes that NumPy 1.24 wrote.
TEST(Npy, ReadsNumPysVersion1) {
  using namespace std::string_literals;
  const NpyArray array =
      Parse("\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"s + Spaces(58) +
            "\n\x00\x00\x00\x00\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x80@\x00\x00\xa0@"s);
  EXPECT_EQ(array.format, &kF32);
  EXPECT_EQ(array.shape, (Shape{2, 3}));
  EXPECT_EQ(array.rows(), 2u);
  EXPECT_EQ(array.columns(), 3u);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(At(array, i), std::bit_cast<uint32_t>(static_cast<float>(i)));
}

TEST(Npy, ReadsNumPysVersion2BigEndianFortranOrder) {
  using namespace std::string_literals;
  const NpyArray array =
      Parse("\x93NUMPY\x02\x00t\x00\x00\x00{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3), }"s + Spaces(57) +
            "\n\x00\x00\x00\x00\x00\x00\x00\x00@\x08\x00\x00\x00\x00\x00\x00?\xf0\x00\x00\x00\x00\x00\x00"
            "@\x10\x00\x00\x00\x00\x00\x00@\x00\x00\x00\x00\x00\x00\x00@\x14\x00\x00\x00\x00\x00\x00"s);
  EXPECT_EQ(array.format, &kF64);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(At(array, i), std::bit_cast<uint64_t>(static_cast<double>(i)));
}

TEST(Npy, ReadsNumPysVersion3) {
  using namespace std::string_literals;
  const NpyArray array =
      Parse("\x93NUMPY\x03\x00t\x00\x00\x00{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }"s + Spaces(58) +
            "\n\x00>"s);
  EXPECT_EQ(array.format, &kF16);
  EXPECT_EQ(array.shape, Shape{1});
  EXPECT_EQ(At(array, 0), 0x3E00u);
}

TEST(Npy, WritesAHeaderAsNumPyDoes) {
  using namespace std::string_literals;
  const auto file = MakeNpyHeader("<f4", {2, 3});
  EXPECT_EQ(std::string(file.begin(), file.end()),
            "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"s + Spaces(58) + "\n");
  EXPECT_EQ(ToString(Shape{}), "()");
  EXPECT_EQ(ToString(Shape{7}), "(7,)");
  EXPECT_EQ(ToString(Shape{0, 7}), "(0, 7)");
}

// An array with random bits, NaNs and infinities included, and a file of it in any order.
struct Sample {
  NpyArray array;
  std::string file;
};

Sample RandomSample() {
  const Format& format = **rc::gen::element(&kF64, &kF32, &kF16, &kBF16);
  const auto shape = *rc::gen::resize(5, rc::gen::suchThat(rc::gen::container<Shape>(rc::gen::inRange<size_t>(1, 5)),
                                                           [](const Shape& candidate) { return !candidate.empty(); }));
  Sample sample{NewNpy(format, shape), ""};
  const bool big_endian = *rc::gen::arbitrary<bool>();
  const bool fortran_order = *rc::gen::arbitrary<bool>();
  const size_t count = sample.array.size();
  const auto bytes = static_cast<size_t>(format.bytes);
  std::string data(count * bytes, '\0');
  for (size_t i = 0; i < count; ++i) {
    const auto bits = *rc::gen::resize(1000, rc::gen::arbitrary<uint64_t>()) & (format.sign | (format.sign - 1));
    Store(format, sample.array.data(), i, bits);
    size_t place = i;  // in C order; in Fortran order the axes weigh the other way round
    if (fortran_order) {
      place = 0;
      size_t rest = i;
      size_t weight = count;
      for (size_t axis = shape.size(); axis-- > 0;) {
        weight /= shape[axis];
        place += rest % shape[axis] * weight;
        rest /= shape[axis];
      }
    }
    for (size_t byte = 0; byte < bytes; ++byte) {
      const size_t shift = 8 * (big_endian ? bytes - 1 - byte : byte);
      data[place * bytes + byte] = static_cast<char>(bits >> shift & 0xFF);
    }
  }
  std::string descr(1, big_endian ? '>' : '<');
  descr += format == kBF16 ? *rc::gen::element<std::string>("u2", "V2") : fmt::format("f{}", format.bytes);
  sample.file = NpyBytes(descr, fortran_order, ToString(shape), data);
  return sample;
}

void ExpectEqual(const NpyArray& a, const NpyArray& b) {
  RC_ASSERT(*a.format == *b.format);
  RC_ASSERT(a.shape == b.shape);
  for (size_t i = 0; i < a.size(); ++i) RC_ASSERT(At(a, i) == At(b, i));
}

RC_GTEST_PROP(Npy, EveryFormatOrderAndByteOrderIsRead, ()) {
  const Sample sample = RandomSample();
  ExpectEqual(Parse(sample.file, SixteenBits::kBfloat16), sample.array);
}

RC_GTEST_PROP(Npy, WhatIsWrittenIsReadBack, ()) {
  const Sample sample = RandomSample();
  const auto file = ToFile(sample.array);
  RC_ASSERT((file.size() - sample.array.bytes.size() + sample.array.offset) % 64 == 0u);
  ExpectEqual(ParseNpy(file, SixteenBits::kBfloat16, kName), sample.array);
}

RC_GTEST_PROP(Npy, EveryCutOffFileIsRefused, ()) {
  const Sample sample = RandomSample();
  const auto length = *rc::gen::inRange<size_t>(0, sample.file.size());
  const std::string refusal = Refusal(sample.file.substr(0, length), SixteenBits::kBfloat16);
  RC_ASSERT(refusal.find(length == 0 ? "is empty" : "is cut off") != std::string::npos);
}

// Whatever the bytes, reading ends with an array or a BadInput; the sanitizers see the rest.
RC_GTEST_PROP(Npy, DamagedFilesNeverDoHarm, ()) {
  Sample sample = RandomSample();
  const auto hits = *rc::gen::inRange(1, 4);
  for (int i = 0; i < hits; ++i) {
    sample.file[*rc::gen::inRange<size_t>(0, sample.file.size())] = *rc::gen::arbitrary<char>();
  }
  RC_ASSERT(!Refusal(sample.file, SixteenBits::kBfloat16).empty());
}

TEST(Npy, TakesWhatOtherWritersOfTheFormatPut) {
  const auto with_header = [](const std::string& header) {
    return std::string("\x93NUMPY\x01\x00", 8) + std::string{static_cast<char>(header.size()), 0} + header +
           std::string(8, '\0');
  };
  EXPECT_EQ(Refusal(with_header("{\"shape\":(2L,),\"fortran_order\":True,\"descr\":\"<f4\"}")), "accepted");
  EXPECT_EQ(Refusal(with_header("{'descr':'=f8','fortran_order':False,'shape':(1,1)}\n")), "accepted");
  EXPECT_EQ(Refusal(with_header("{'descr':'f2','fortran_order':False,'shape':(2,2,)}")), "accepted");
}

TEST(Npy, TakesNoHeaderThatIsNotOne) {
  const auto refusal = [](const std::string& header) {
    const std::string text = Refusal(std::string("\x93NUMPY\x01\x00", 8) +
                                     std::string{static_cast<char>(header.size()), 0} + header + std::string(4, '\0'));
    const std::string frame[] = {"--x x.npy: has a malformed .npy header (", "); write it with numpy.save"};
    if (!text.starts_with(frame[0]) || !text.ends_with(frame[1])) return "other: " + text;
    return text.substr(frame[0].size(), text.size() - frame[0].size() - frame[1].size());
  };
  EXPECT_EQ(refusal(""), "'{' expected");
  EXPECT_EQ(refusal("{"), "string expected");
  EXPECT_EQ(refusal("{'descr"), "string without an end");
  EXPECT_EQ(refusal("{'descr'"), "':' expected");
  EXPECT_EQ(refusal("{'\\x41': 1}"), "backslash in a string");
  EXPECT_EQ(refusal("{}"), "no 'descr'");
  EXPECT_EQ(refusal("{'descr': '<f4'}"), "no 'fortran_order'");
  EXPECT_EQ(refusal("{'descr': '<f4', 'fortran_order': False}"), "no 'shape'");
  EXPECT_EQ(refusal("{'descr': '<f4', 'descr': '<f4'}"), "key 'descr'");
  EXPECT_EQ(refusal("{'colour': 'red'}"), "key 'colour'");
  EXPECT_EQ(refusal("{'descr': '<f4' 'shape': (1,)}"), "'}' expected");
  EXPECT_EQ(refusal("{'fortran_order': 0}"), "'fortran_order' is neither True nor False");
  EXPECT_EQ(refusal("{'shape': 4}"), "'(' expected");
  EXPECT_EQ(refusal("{'shape': (4)}"), "'shape' is a number, not a tuple");
  EXPECT_EQ(refusal("{'shape': (-1,)}"), "'shape' holds something else than lengths");
  EXPECT_EQ(refusal("{'shape': (1, 2"), "')' expected");
  EXPECT_EQ(refusal("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} 1"), "text after '}'");
}

}  // namespace
}  // namespace exactnorm::command
