// SPDX-License-Identifier: Apache-2.0
// What the library returns, held against the checker that is proved in proofs/reference/certificate.v and
// extracted from there: right rows are accepted, rows with one bit flipped are refused. The stream's format is
// at the head of proofs/certify/main.ml.
#include <gtest/gtest.h>

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "tests/corpus/corpus.h"
#include "tests/rows/generator.h"

namespace exactnorm {
namespace {

using rows::Answer;
using rows::Bits;
using rows::Problem;

class Stream {
 public:
  Stream() {
    bytes_ = "EXNORMRW";
    Put(1, 4);
  }

  void Add(const Problem& p, const Answer& a) {
    const bool layer_norm = p.operation == EXACTNORM_LAYER_NORM;
    Put(layer_norm ? 0 : 1, 1);
    for (const Format* f : {p.x_format, p.parameter_format, p.y_format, p.statistics_format}) Put(Code(*f), 1);
    Put((p.gamma.empty() ? 0u : 1u) | (p.beta.empty() ? 0u : 2u) | (layer_norm ? 4u : 0u) | 8u, 1);
    Put(0, 2);
    Put(p.x.size(), 8);
    Put(std::bit_cast<uint64_t>(p.eps), 8);
    Put(*p.x_format, p.x);
    Put(*p.parameter_format, p.gamma);
    Put(*p.parameter_format, p.beta);
    Put(*p.y_format, a.y);
    if (layer_norm) Put(*p.statistics_format, {a.mean});
    Put(*p.statistics_format, {a.rstd});
    ++rows_;
  }

  size_t rows() const { return rows_; }

  // The checker's last line.
  std::string Verdict() const {
    const std::string path = testing::TempDir() + "/exactnorm_certify_" + std::to_string(std::random_device()());
    std::ofstream(path, std::ios::binary) << bytes_;
    const std::string command = std::string(EXACTNORM_CERTIFY) + " --quiet < " + path + " > " + path + ".out";
    EXPECT_EQ(std::system(command.c_str()), 0);
    std::ifstream output(path + ".out");
    std::string line, last;
    while (std::getline(output, line)) last = line;
    std::remove(path.c_str());
    std::remove((path + ".out").c_str());
    return last;
  }

 private:
  static uint64_t Code(const Format& f) { return f == kF64 ? 0 : f == kF32 ? 1 : f == kF16 ? 2 : 3; }

  void Put(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  void Put(const Format& f, const Bits& bits) {
    for (const uint64_t b : bits) Put(b, f.bytes);
  }

  std::string bytes_;
  size_t rows_ = 0;
};

std::string AllAccepted(const Stream& s) {
  return "rows: accepted " + std::to_string(s.rows()) + " refused 0 malformed 0";
}
std::string AllRefused(const Stream& s) {
  return "rows: accepted 0 refused " + std::to_string(s.rows()) + " malformed 0";
}

TEST(ProvedChecker, AcceptsWhatTheLibraryReturns) {
  Stream stream;
  rows::Generator random(2405);
  for (int i = 0; i < 1200; ++i) {
    const Problem mixed = random.Next(2000);
    stream.Add(mixed, rows::Normalized(mixed));
    const Problem same = random.Next(*kFormats[i % 4], 2000);
    stream.Add(same, rows::Normalized(same));
  }
  for (const corpus::Entry& entry : corpus::Read(EXACTNORM_CORPUS "/reported_bugs.txt")) {
    if (entry.problem.x.size() < 1000) stream.Add(entry.problem, entry.answer);
  }
  EXPECT_GE(stream.rows(), 2400u);
  EXPECT_EQ(stream.Verdict(), AllAccepted(stream));
}

TEST(ProvedChecker, RefusesOneFlippedBit) {
  Stream stream;
  rows::Generator random(4134);
  for (int i = 0; i < 2000; ++i) {
    const Problem p = random.Next(40);
    Answer wrong = rows::Normalized(p);
    const auto flip = [&](const Format& f, uint64_t& bits) {
      bits ^= uint64_t{1} << random.Below(static_cast<uint64_t>(f.bytes) * 8);
    };
    const uint64_t kind = random.Below(10);
    if (kind == 0) {
      flip(*p.statistics_format, wrong.rstd);
    } else if (kind == 1 && p.operation == EXACTNORM_LAYER_NORM) {
      flip(*p.statistics_format, wrong.mean);
    } else {
      flip(*p.y_format, wrong.y[random.Below(wrong.y.size())]);
    }
    stream.Add(p, wrong);
  }
  EXPECT_EQ(stream.Verdict(), AllRefused(stream));
}

}  // namespace
}  // namespace exactnorm
