// SPDX-License-Identifier: Apache-2.0
// Same bits on every CPU: hashes of results that the exact stage, which has no floating-point operation, wrote once on
// x86-64, beside what a call returns here, by the instruction set that EXACTNORM_TARGET names.
//
//   exactnorm_golden write FILE           by the exact stage alone: one line per combination of formats
//   exactnorm_golden check FILE TARGET    0: the same bits; 1: not, with the first row that differs; 77: no such target
//
// Rows come from a seed, without the library's help: the same on every machine.
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "lib/exact/row.h"
#include "lib/fast/target.h"
#include "tests/rows/generator.h"

namespace exactnorm {
namespace {

using rows::Bits;
using rows::Family;
using rows::Problem;

using Bytes = std::vector<unsigned char>;

// x, parameters, y; statistics are in y's format.
struct Formats {
  const Format* x;
  const Format* parameter;
  const Format* y;
  std::string name() const { return std::string(x->name) + ' ' + parameter->name + ' ' + y->name; }
};

std::vector<Formats> Combinations() {
  const Format* const fast[] = {&kF32, &kBF16, &kF16};
  std::vector<Formats> all;
  for (const Format* x : fast) {
    for (const Format* parameter : fast) {
      for (const Format* y : fast) all.push_back({x, parameter, y});
    }
  }
  all.push_back({&kF64, &kF64, &kF64});  // the sharp stage
  all.push_back({&kF32, &kF64, &kF32});
  return all;
}

Bytes Pack(const Format& f, const Bits& bits) {
  Bytes bytes(bits.size() * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < bits.size(); ++i) Store(f, bytes.data(), i, bits[i]);
  return bytes;
}

// Rows of one call: `problem` with more than one row in its x.
struct Batch {
  Batch(const Problem& p, size_t row_count)
      : problem(p),
        rows(row_count),
        columns(p.x.size() / row_count),
        x(Pack(*p.x_format, p.x)),
        gamma(Pack(*p.parameter_format, p.gamma)),
        beta(Pack(*p.parameter_format, p.beta)),
        y(p.x.size() * static_cast<size_t>(p.y_format->bytes)),
        mean(rows * static_cast<size_t>(p.statistics_format->bytes)),
        rstd(mean.size()) {}

  Row row(size_t i) {
    const Problem& p = problem;
    const size_t statistic = i * static_cast<size_t>(p.statistics_format->bytes);
    return {p.operation,
            p.x_format,
            p.parameter_format,
            p.y_format,
            p.statistics_format,
            columns,
            p.eps,
            x.data() + i * columns * static_cast<size_t>(p.x_format->bytes),
            gamma.empty() ? nullptr : gamma.data(),
            beta.empty() ? nullptr : beta.data(),
            y.data() + i * columns * static_cast<size_t>(p.y_format->bytes),
            p.operation == EXACTNORM_LAYER_NORM ? mean.data() + statistic : nullptr,
            rstd.data() + statistic};
  }

  void NormalizeExactly() {
    for (size_t i = 0; i < rows; ++i) exact::NormalizeRow(row(i));
  }

  // The public call. Throws std::runtime_error on a refusal.
  void Normalize() {
    const Row first = row(0);
    exactnorm_call call = {};
    call.size = sizeof call;
    call.operation = first.operation;
    call.x_format = rows::FormatId(*first.x_format);
    call.parameter_format = rows::FormatId(*first.parameter_format);
    call.y_format = rows::FormatId(*first.y_format);
    call.statistics_format = rows::FormatId(*first.statistics_format);
    call.rows = rows;
    call.columns = columns;
    call.eps = first.eps;
    call.x = first.x;
    call.gamma = first.gamma;
    call.beta = first.beta;
    call.y = first.y;
    call.mean = first.mean;
    call.rstd = first.rstd;
    const exactnorm_status status = exactnorm_normalize(&call, nullptr);
    if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
  }

  Problem problem;
  size_t rows;
  size_t columns;
  Bytes x, gamma, beta, y, mean, rstd;
};

// FNV-1a, 64 bits. http://www.isthe.com/chongo/tech/comp/fnv
class Hash {
 public:
  void Take(const Bytes& bytes) {
    for (const unsigned char byte : bytes) value_ = (value_ ^ byte) * 0x100000001B3;
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xCBF29CE484222325;
};

constexpr size_t kElementsPerFamily = 1800;  // and operation and combination of formats: 10^6 in all

// Around the lengths of vectors, groups and blocks; else short.
size_t Columns(rows::Generator& random) {
  constexpr size_t kEdges[] = {1,  2,  3,  4,  5,   7,   8,   9,   15,  16,  17,  31,
                               32, 33, 63, 65, 128, 255, 257, 511, 513, 768, 1025};
  return random.Below(4) == 0 ? 1 + random.Below(100) : kEdges[random.Below(std::size(kEdges))];
}

// beta = -RN(g t) of the first row: what is left of g t + beta is below its last bit.
void CancelAgainstBeta(Problem& p, size_t columns) {
  Problem without = p;
  without.beta.clear();
  without.y_format = p.parameter_format;
  Batch batch(without, p.x.size() / columns);
  exact::NormalizeRow(batch.row(0));
  p.beta.resize(columns);
  for (size_t i = 0; i < columns; ++i) {
    const uint64_t bits = Load(*p.parameter_format, batch.y.data(), i);
    p.beta[i] = IsFinite(*p.parameter_format, bits) ? bits ^ p.parameter_format->sign : 0;
  }
}

Batch Next(rows::Generator& random, const Formats& f, exactnorm_operation operation, Family family) {
  constexpr double kEps[] = {1e-5, 0.0, 1e-12, 1.0};
  size_t columns = Columns(random);
  size_t rows = columns > 200 ? 1 + random.Below(3) : 1 + random.Below(10);
  Problem p{operation, f.x, f.parameter, f.y, f.y, kEps[random.Below(4)], {}, {}, {}};
  for (size_t i = 0; i < rows; ++i) {  // one at a time: a near-constant row has a base of its own
    const Bits row = random.Numbers(*f.x, family, columns);
    p.x.insert(p.x.end(), row.begin(), row.end());
  }
  const auto parameters = [&] {
    const bool bell = random.Below(2) != 0;
    const auto any = static_cast<Family>(random.Below(rows::kFamilies));
    return random.Numbers(*f.parameter, bell ? Family::kBell : any, columns);
  };
  if (random.Below(4) != 0) p.gamma = parameters();
  if (random.Below(4) != 0) p.beta = parameters();
  switch (random.Below(16)) {
    case 0: CancelAgainstBeta(p, columns); break;
    case 1:
      p.x.resize(columns);
      random.PlaceOnTies(p);
      rows = 1;
      break;
    case 2: random.PlaceNonFinite(p); break;
    default: break;
  }
  return Batch(p, rows);
}

// Calls visit(batch) for all rows of a combination of formats.
template <class Visit>
void ForEachBatch(const Formats& f, uint64_t seed, const Visit& visit) {
  rows::Generator random(seed);
  for (const exactnorm_operation operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
    for (int family = 0; family < rows::kFamilies; ++family) {
      for (size_t elements = 0; elements < kElementsPerFamily;) {
        Batch batch = Next(random, f, operation, static_cast<Family>(family));
        elements += batch.rows * batch.columns;
        visit(batch);
      }
    }
  }
}

struct Line {
  size_t elements = 0;
  Hash hash;
};

std::string Text(const Formats& f, const Line& line) {
  char text[100];
  std::snprintf(text, sizeof text, "%s %zu %016llx", f.name().c_str(), line.elements,
                static_cast<unsigned long long>(line.hash.value()));
  return text;
}

template <class Run>
Line HashOf(const Formats& f, uint64_t seed, const Run& run) {
  Line line;
  ForEachBatch(f, seed, [&](Batch& batch) {
    run(batch);
    line.elements += batch.rows * batch.columns;
    for (const Bytes* bytes : {&batch.y, &batch.mean, &batch.rstd}) line.hash.Take(*bytes);
  });
  return line;
}

int Write(const char* path) {
  std::ofstream file(path);
  file << "# x, parameters, y; elements; FNV-1a of y, mean, rstd: written by `exactnorm_golden write`, the exact "
          "stage\n";
  uint64_t seed = 0;
  for (const Formats& f : Combinations()) {
    file << Text(f, HashOf(f, ++seed, [](Batch& batch) { batch.NormalizeExactly(); })) << '\n';
  }
  file.close();
  return file ? 0 : 2;
}

void PrintFirstDifference(const Formats& f, uint64_t seed) {
  bool found = false;
  ForEachBatch(f, seed, [&](Batch& batch) {
    if (found) return;
    Batch exact = batch;
    exact.NormalizeExactly();
    batch.Normalize();
    if (batch.y == exact.y && batch.mean == exact.mean && batch.rstd == exact.rstd) return;
    found = true;
    std::cout << "rows " << batch.rows << ", columns " << batch.columns << ", x of all rows in one line\n"
              << batch.problem << '\n';
    for (size_t i = 0; i < batch.rows * batch.columns; ++i) {
      const uint64_t is = Load(*f.y, batch.y.data(), i), should_be = Load(*f.y, exact.y.data(), i);
      if (is == should_be) continue;
      std::cout << "element " << i << " is " << rows::HexFloat(*f.y, is) << ", not " << rows::HexFloat(*f.y, should_be)
                << '\n';
      return;
    }
    std::cout << "mean or rstd\n";
  });
  if (!found) std::cout << "here the exact stage says the same: it, or the rows, differ from those of the file\n";
}

// How many elements of ordinary rows the first SIMD stage left undecided: nearly none, or it took no part.
size_t UndecidedOfOrdinaryRows(const fast::Target& target, const Format& f, size_t rows, size_t columns) {
  rows::Generator random(1);
  const double eps = 1e-5;
  size_t undecided_elements = 0;
  for (size_t i = 0; i < rows; ++i) {
    Problem p{EXACTNORM_LAYER_NORM, &f, &f, &f, &f, eps, random.Numbers(f, Family::kBell, columns), {}, {}};
    Batch batch(p, 1);
    const Row row = batch.row(0);
    fast::Windows windows;
    fast::Undecided undecided;
    target.find_windows(row, &windows);
    target.normalize_rows({&row, 1}, windows, {false, 0}, &undecided);
    undecided_elements += undecided.declined() ? columns : undecided.columns().size();
  }
  return undecided_elements;
}

int Check(const char* path, const std::string& wanted) {
  const char* const chosen = exactnorm_chosen_target();
  if (chosen == nullptr) {
    std::cout << "skipped: the CPU or this build has no " << wanted << '\n';
    return 77;
  }
  if (chosen != wanted) {
    std::cout << "the target is " << chosen << ", not " << wanted << ": set EXACTNORM_TARGET\n";
    return 1;
  }
  int status = 0;
  for (const Format* f : {&kF32, &kBF16, &kF16}) {
    constexpr size_t kRows = 10, kColumns = 768;
    const size_t undecided = UndecidedOfOrdinaryRows(*fast::ChosenTarget(), *f, kRows, kColumns);
    std::cout << wanted << ' ' << f->name << ": " << undecided << " of " << kRows * kColumns
              << " ordinary elements are left to the later stages\n";
    if (undecided > kRows * kColumns / 100) status = 1;
  }
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  size_t elements = 0;
  uint64_t seed = 0;
  for (const Formats& f : Combinations()) {
    const Line here = HashOf(f, ++seed, [](Batch& batch) { batch.Normalize(); });
    elements += here.elements;
    if (std::getline(file, line) && line == Text(f, here)) continue;
    status = 1;
    std::cout << "here  " << Text(f, here) << "\nthere " << line << '\n';
    PrintFirstDifference(f, seed);
  }
  std::cout << wanted << ": " << elements << " elements, " << seed
            << " combinations of formats: " << (status == 0 ? "the bits of the exact stage\n" : "FAILED\n");
  return status;
}

}  // namespace
}  // namespace exactnorm

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode == "write" && argc == 3) return exactnorm::Write(argv[2]);
  if (mode == "check" && argc == 4) return exactnorm::Check(argv[2], argv[3]);
  std::cerr << "usage: exactnorm_golden write FILE | check FILE TARGET\n";
  return 2;
}
