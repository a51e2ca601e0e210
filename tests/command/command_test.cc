// SPDX-License-Identifier: Apache-2.0
#include "tests/command/command_test.h"

#include <sys/wait.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace exactnorm::command {
namespace {

std::string ReadAll(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

CommandTest::CommandTest() {
  std::string name = testing::TempDir() + "/exactnorm-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) std::abort();
  folder_ = name;
  std::filesystem::create_directory(folder_ / "work");
  folder_ /= "work";
}

CommandTest::~CommandTest() { std::filesystem::remove_all(folder_.parent_path()); }

Outcome CommandTest::Execute(const std::string& arguments, const std::string& before) const {
  const std::string streams = (folder_.parent_path() / "std").string();
  const std::string line = "exec </dev/null; cd '" + folder_.string() + "' && " + before +
                           " '" EXACTNORM_COMMAND_PATH "' " + arguments + " >'" + streams + "out' 2>'" + streams +
                           "err'";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadAll(streams + "out"), ReadAll(streams + "err")};
}

void CommandTest::Write(const std::string& name, const std::string& bytes) const {
  std::ofstream(Path(name), std::ios::binary) << bytes;
}

void CommandTest::Save(const std::string& name, const NpyArray& array) const {
  const auto file = ToFile(array);
  Write(name, {file.begin(), file.end()});
}

void CommandTest::Save(const std::string& name, const std::vector<float>& values) const {
  Save(name, MakeArray(kF32, {values.size()}, {values.begin(), values.end()}));
}

std::string CommandTest::Bytes(const std::string& name) const { return ReadAll(Path(name)); }

NpyArray CommandTest::Load(const std::string& name, SixteenBits sixteen_bits) const {
  const std::string bytes = Bytes(name);
  return ParseNpy({bytes.begin(), bytes.end()}, sixteen_bits, {"test", name});
}

std::vector<std::string> CommandTest::Files() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

std::string NpyBytes(const std::string& descr, bool fortran_order, const std::string& shape, const std::string& data) {
  std::string text = "{'descr': '" + descr + "', 'fortran_order': " + (fortran_order ? "True" : "False") +
                     ", 'shape': " + shape + ", }";
  text.resize((text.size() + 11 + 63) / 64 * 64 - 11, ' ');
  text += '\n';
  const char length[] = {static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return std::string("\x93NUMPY\x01\x00", 8) + std::string(length, 2) + text + data;
}

NpyArray MakeArray(const Format& format, const Shape& shape, const std::vector<double>& values) {
  NpyArray array = NewNpy(format, shape);
  for (size_t i = 0; i < values.size(); ++i) {
    const Number number = Decode(kF64, std::bit_cast<uint64_t>(values[i]));
    const uint64_t magnitude = RoundMagnitude(format, number.significand, number.exponent);
    Store(format, array.data(), i, WithSign(format, number.negative, magnitude));
  }
  return array;
}

}  // namespace exactnorm::command
