// SPDX-License-Identifier: Apache-2.0
// A test that runs the real command in an empty folder of its own, and looks at what it leaves there.
#ifndef EXACTNORM_TESTS_COMMAND_COMMAND_TEST_H_
#define EXACTNORM_TESTS_COMMAND_COMMAND_TEST_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "bench/exactnorm/npy.h"

namespace exactnorm::command {

struct Outcome {
  int exit_code;
  std::string out;
  std::string error;
};

class CommandTest : public testing::Test {
 protected:
  CommandTest();
  ~CommandTest() override;

  // `exactnorm ARGUMENTS` with the test's folder as the working one. `before` is shell text to go first.
  Outcome Execute(const std::string& arguments, const std::string& before = "") const;

  std::filesystem::path Path(const std::string& name) const { return folder_ / name; }
  void Write(const std::string& name, const std::string& bytes) const;
  void Save(const std::string& name, const NpyArray& array) const;
  void Save(const std::string& name, const std::vector<float>& values) const;  // rank 1, f32
  std::string Bytes(const std::string& name) const;
  NpyArray Load(const std::string& name, SixteenBits sixteen_bits = SixteenBits::kRefused) const;
  std::vector<std::string> Files() const;  // sorted

 private:
  std::filesystem::path folder_;
};

// A .npy file of version 1.0 as NumPy lays it out, with `shape` and the data as given, right or wrong.
std::string NpyBytes(const std::string& descr, bool fortran_order, const std::string& shape, const std::string& data);

// An array of the values rounded to `format`, in C order.
NpyArray MakeArray(const Format& format, const Shape& shape, const std::vector<double>& values);

}  // namespace exactnorm::command
#endif  // EXACTNORM_TESTS_COMMAND_COMMAND_TEST_H_
