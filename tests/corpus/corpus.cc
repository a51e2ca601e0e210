// SPDX-License-Identifier: Apache-2.0
#include "tests/corpus/corpus.h"

#include <bit>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace exactnorm::corpus {
namespace {

using Words = std::vector<std::string>;

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

Words SplitWords(const std::string& text) {
  std::istringstream stream(text);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

const Format& ParseFormat(const std::string& name) {
  for (const Format* f : kFormats) {
    if (name == f->name) return *f;
  }
  throw std::runtime_error("no format: " + name);
}

double ParseDouble(const std::string& word) {
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  if (word.empty() || *end != '\0') throw std::runtime_error("no number: " + word);
  return value;
}

// The pattern of exactly this number in format f. A hex float is exact in binary64, which holds every format.
uint64_t ParseNumber(const Format& f, const std::string& word) {
  const auto wide = std::bit_cast<uint64_t>(ParseDouble(word));
  const bool negative = IsNegative(kF64, wide);
  if (IsNan(kF64, wide)) return f.nan;
  if (IsInfinite(kF64, wide)) return WithSign(f, negative, f.infinity);
  const Number n = Decode(kF64, wide);
  const uint64_t magnitude = RoundMagnitude(f, n.significand, n.exponent);
  const Number back = IsFinite(f, magnitude) ? Decode(f, magnitude) : Number{};
  if (RoundMagnitude(kF64, back.significand, back.exponent) != Magnitude(kF64, wide)) {
    throw std::runtime_error(word + " is no " + f.name);
  }
  return WithSign(f, negative, magnitude);
}

rows::Bits ParseRow(const Format& f, const std::string& text) {
  rows::Bits row;
  for (const std::string& word : SplitWords(text)) {
    const size_t star = word.find('*');
    size_t count = 1;
    if (star != std::string::npos) count = std::stoul(word.substr(star + 1));
    row.insert(row.end(), count, ParseNumber(f, word.substr(0, star)));
  }
  return row;
}

rows::Bits ParseParameter(const Format& f, const std::string& text, size_t columns) {
  if (SplitWords(text) == Words{"-"}) return {};
  rows::Bits row = ParseRow(f, text);
  if (row.size() != columns) throw std::runtime_error("gamma and beta are as long as x");
  return row;
}

Entry ParseEntry(const std::string& line) {
  const std::vector<std::string> sides = Split(line, '=');
  if (sides.size() != 2) throw std::runtime_error("an entry has one '='");
  const std::vector<std::string> input = Split(sides[0], ':');
  const std::vector<std::string> output = Split(sides[1], ':');
  if (input.size() != 4 || output.size() != 2) throw std::runtime_error("an entry is a : b : c : d = e : f");
  const Words head = SplitWords(input[0]);
  const Words statistics = SplitWords(output[1]);
  if (head.size() != 5 || statistics.size() != 2) throw std::runtime_error("five words first, two last");

  rows::Problem p{};
  if (head[0] != "layer_norm" && head[0] != "rms_norm") throw std::runtime_error("no operation: " + head[0]);
  p.operation = head[0] == "layer_norm" ? EXACTNORM_LAYER_NORM : EXACTNORM_RMS_NORM;
  p.x_format = &ParseFormat(head[1]);
  p.parameter_format = &ParseFormat(head[2]);
  p.y_format = p.statistics_format = &ParseFormat(head[3]);
  p.eps = ParseDouble(head[4]);
  p.x = ParseRow(*p.x_format, input[1]);
  p.gamma = ParseParameter(*p.parameter_format, input[2], p.x.size());
  p.beta = ParseParameter(*p.parameter_format, input[3], p.x.size());
  rows::Answer a{ParseRow(*p.y_format, output[0]), 0, ParseNumber(*p.y_format, statistics[1])};
  if (p.x.empty() || a.y.size() != p.x.size()) throw std::runtime_error("x and y are rows of one length");
  if (p.operation == EXACTNORM_LAYER_NORM) a.mean = ParseNumber(*p.y_format, statistics[0]);
  return {"", p, a};
}

}  // namespace

std::vector<Entry> Read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return Read(file, path);
}

std::vector<Entry> Read(std::istream& file, const std::string& name) {
  std::vector<Entry> entries;
  std::string source;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) continue;
    if (line[0] == '#') {
      source = line;
      continue;
    }
    try {
      entries.push_back(ParseEntry(line));
    } catch (const std::exception& error) {
      throw std::runtime_error(name + ":" + std::to_string(number) + ": " + error.what());
    }
    entries.back().source = source;
  }
  return entries;
}

}  // namespace exactnorm::corpus
