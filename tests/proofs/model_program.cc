// SPDX-License-Identifier: Apache-2.0
#include "tests/proofs/model_program.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <random>

namespace exactnorm::fast {
namespace {

double Value(const Format& f, uint64_t bits) {
  if (Magnitude(f, bits) > f.infinity) return std::numeric_limits<double>::quiet_NaN();
  const bool finite = IsFinite(f, bits);
  const Number n = Decode(f, finite ? bits : 0);
  const double value =
      finite ? std::ldexp(static_cast<double>(n.significand), n.exponent) : std::numeric_limits<double>::infinity();
  return Magnitude(f, bits) == bits ? value : -value;
}

// The program reads patterns, of which any NaN's will do.
void PutPatterns(std::ostream& out, const std::string& name, const Format& f, const rows::Bits& bits, size_t n,
                 double absent) {
  out << name << std::hex;
  for (size_t i = 0; i < n; ++i) out << ' ' << std::bit_cast<uint64_t>(bits.empty() ? absent : Value(f, bits[i]));
  out << std::dec << '\n';
}

}  // namespace

Answer& Answer::operator<<(double value) {
  text_ << ' ';
  std::isnan(value) ? text_ << "nan" : text_ << std::hex << std::bit_cast<uint64_t>(value) << std::dec;
  return *this;
}

Answer& Answer::operator<<(const std::string& text) {
  text_ << text;
  return *this;
}

void ModelProgram::Add(const std::string& label, const std::string& keyword, size_t lanes, bool fma,
                       const rows::Problem& p, const Answer& answer) {
  std::ostringstream row;
  row << keyword << ' ' << (p.operation == EXACTNORM_LAYER_NORM ? "layer_norm" : "rms_norm") << ' '
      << std::countr_zero(lanes) << ' ' << fma << ' ' << p.x_format->name << ' ' << p.x.size() << ' ' << std::hex
      << std::bit_cast<uint64_t>(p.eps) << std::dec << '\n';
  PutPatterns(row, "x", *p.x_format, p.x, p.x.size(), 0);
  PutPatterns(row, "gamma", *p.parameter_format, p.gamma, p.x.size(), 1);
  PutPatterns(row, "beta", *p.parameter_format, p.beta, p.x.size(), 0);
  entries_.push_back({label, row.str(), answer.text()});
}

std::string ModelProgram::Difference() const {
  const std::string path = testing::TempDir() + "/exactnorm_fast_model_" + std::to_string(std::random_device()());
  std::ofstream given(path);
  for (const Entry& entry : entries_) given << entry.row;
  given.close();
  const std::string command = std::string(EXACTNORM_FAST_MODEL) + " < " + path + " > " + path + ".out";
  const int status = std::system(command.c_str());
  std::ifstream output(path + ".out");
  std::string difference = status == 0 ? "" : "the model ends with status " + std::to_string(status);
  std::string ours, theirs;
  for (const Entry& entry : entries_) {
    std::istringstream answer(entry.answer);
    while (difference.empty() && std::getline(answer, ours)) {
      if (!std::getline(output, theirs)) theirs = "nothing";
      if (ours != theirs) {
        difference = entry.label + ", " + entry.row.substr(0, entry.row.find('\n')) +
                     "\nloops: " + ours.substr(0, 2000) + "\nmodel: " + theirs.substr(0, 2000);
      }
    }
  }
  if (difference.empty() && std::getline(output, theirs)) difference = "the model goes on: " + theirs;
  std::remove(path.c_str());
  std::remove((path + ".out").c_str());
  return difference;
}

}  // namespace exactnorm::fast
