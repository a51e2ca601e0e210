// SPDX-License-Identifier: Apache-2.0
// Rows from stdin -> the rows with every intermediate value of the fast stage, to stdout. For models of it.
//   fast_intermediates [target]      the best target of this CPU, if none is named
// Words are separated by white space; numbers are patterns in hexadecimal, without prefix, but for counts and flags,
// which are decimal. A row, in and out, is
//   row OPERATION XFORMAT PFORMAT YFORMAT COLUMNS EPS       layer_norm or rms_norm; f32, bf16 or f16; eps as f64
//   x PATTERN...                                            COLUMNS patterns
//   gamma - | PATTERN...                                    -: absent
//   beta - | PATTERN...
// and out, then, all but `result` as f64:
//   target NAME lanes LANES fma FLAG
//   moments CENTER SUM SQUARES OFFSET MEAN_SQUARE VARIANCE_EPS RSTD SHIFT admitted FLAG
//   error E1 E0
//   d PATTERN...                                            COLUMNS each: d_i,
//   t PATTERN...                                            t^_i, y^_i of lib/fast/error_bounds.h;
//   yhat PATTERN...
//   result PATTERN...                                       in YFORMAT, right where
//   certified FLAG...                                       this is 1
// Exit status 2, with a line on stderr, if the input is not of this form or the target does not run here.
#include "lib/fast/intermediates.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

#include "tests/rows/problem.h"

namespace exactnorm::fast {
namespace {

std::string Word(std::istream& in) {
  std::string word;
  if (!(in >> word)) throw std::runtime_error("the input ends within a row");
  return word;
}

void Expect(std::istream& in, const std::string& word) {
  if (const std::string found = Word(in); found != word) throw std::runtime_error(word + " expected, not " + found);
}

uint64_t Unsigned(const std::string& word, int base) {
  size_t used = 0;
  const uint64_t value = std::stoull(word, &used, base);
  if (used != word.size()) throw std::runtime_error("no number: " + word);
  return value;
}

const Format& ReadFormat(std::istream& in) {
  const std::string name = Word(in);
  for (const Format* f : {&kF32, &kBF16, &kF16}) {
    if (name == f->name) return *f;
  }
  throw std::runtime_error("no format of the fast stage: " + name);
}

rows::Bits ReadNumbers(std::istream& in, const std::string& name, size_t n, const Format& f, bool optional) {
  Expect(in, name);
  rows::Bits numbers;
  for (size_t i = 0; i < n; ++i) {
    const std::string word = Word(in);
    if (optional && i == 0 && word == "-") return {};
    numbers.push_back(Unsigned(word, 16));
    if (numbers.back() >> (8 * f.bytes) != 0) throw std::runtime_error(word + " is too long");
  }
  return numbers;
}

// After the word `row`.
rows::Problem ReadRow(std::istream& in) {
  rows::Problem p{};
  const std::string operation = Word(in);
  if (operation != "layer_norm" && operation != "rms_norm") throw std::runtime_error("no operation: " + operation);
  p.operation = operation == "layer_norm" ? EXACTNORM_LAYER_NORM : EXACTNORM_RMS_NORM;
  p.x_format = &ReadFormat(in);
  p.parameter_format = &ReadFormat(in);
  p.y_format = p.statistics_format = &ReadFormat(in);
  const uint64_t columns = Unsigned(Word(in), 10);
  p.eps = std::bit_cast<double>(Unsigned(Word(in), 16));
  if (columns == 0 || !(p.eps >= 0 && p.eps < HUGE_VAL)) throw std::runtime_error("no columns, or no eps");
  p.x = ReadNumbers(in, "x", columns, *p.x_format, false);
  p.gamma = ReadNumbers(in, "gamma", columns, *p.parameter_format, true);
  p.beta = ReadNumbers(in, "beta", columns, *p.parameter_format, true);
  return p;
}

void Print(uint64_t bits) { std::printf(" %llx", static_cast<unsigned long long>(bits)); }
void Print(double number) { Print(std::bit_cast<uint64_t>(number)); }
void Print(bool flag) { std::fputs(flag ? " 1" : " 0", stdout); }
template <class Numbers>
void PrintLine(const char* name, const Numbers& numbers) {
  std::fputs(name, stdout);
  if (numbers.empty()) std::fputs(" -", stdout);
  for (const auto number : numbers) Print(number);
  std::puts("");
}

void PrintRow(const rows::Problem& p, const Target& target) {
  rows::Packed packed(p);
  const Intermediates of = FindIntermediates(target, packed.row());
  std::printf("row %s %s %s %s %zu", p.operation == EXACTNORM_LAYER_NORM ? "layer_norm" : "rms_norm", p.x_format->name,
              p.parameter_format->name, p.y_format->name, p.x.size());
  Print(p.eps);
  std::puts("");
  PrintLine("x", p.x);
  PrintLine("gamma", p.gamma);
  PrintLine("beta", p.beta);
  std::printf("target %s lanes %zu fma %d\nmoments", target.name.c_str(), of.lanes, of.fma ? 1 : 0);
  for (const double number :
       {of.center, of.sum, of.squares, of.offset, of.mean_square, of.variance_eps, of.rstd, of.shift}) {
    Print(number);
  }
  std::printf(" admitted %d\nerror", of.admitted ? 1 : 0);
  Print(of.error.e1);
  Print(of.error.e0);
  std::puts("");
  PrintLine("d", of.deviations);
  PrintLine("t", of.t);
  PrintLine("yhat", of.y);
  PrintLine("result", of.results);
  PrintLine("certified", of.certified);
}

const Target& FindTarget(const char* name) {
  const auto& built = BuiltTargets();
  const auto found = std::find_if(built.begin(), built.end(), [name](const Target& t) {
    return t.supported && (name == nullptr || t.name == name);
  });
  if (found == built.end()) throw std::runtime_error("no such target runs here");
  return *found;
}

}  // namespace
}  // namespace exactnorm::fast

int main(int argc, char** argv) {
  using namespace exactnorm::fast;
  try {
    const Target& target = FindTarget(argc > 1 ? argv[1] : nullptr);
    for (std::string word; std::cin >> word;) {
      if (word != "row") throw std::runtime_error("row expected, not " + word);
      PrintRow(ReadRow(std::cin), target);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fast_intermediates: %s\n", error.what());
    return 2;
  }
}
