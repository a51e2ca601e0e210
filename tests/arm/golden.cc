// SPDX-License-Identifier: Apache-2.0
// Same bits on every CPU: hashes of results that the exact stage, which has no floating-point operation, wrote once on
// x86-64, beside what a call returns here, by the instruction set that EXACTNORM_TARGET names.
//
//   exactnorm_golden write FILE           by the exact stage alone: one line per combination of formats
//   exactnorm_golden check FILE TARGET    0: the same bits; 1: not, with the first row that differs; 77: no such target
//   exactnorm_golden check FILE exact     the exact stage here
//
// Rows come from a seed, without the library's help: the same on every machine.
#include <hwy/targets.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include <cfenv>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <tuple>

#include "lib/fast/target.h"
#include "tests/arm/batch.h"

namespace exactnorm {
namespace {

using rows::Batch;
using rows::Combinations;
using rows::Family;
using rows::Formats;
using rows::Problem;

constexpr size_t kElementsPerFamily = 9000;  // and operation and combination of formats

// Calls visit(batch) for all rows of a combination of formats.
template <class Visit>
void ForEachBatch(const Formats& f, uint64_t seed, const Visit& visit) {
  rows::Generator random(seed);
  for (const exactnorm_operation operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
    for (int family = 0; family < rows::kFamilies; ++family) {
      for (size_t elements = 0; elements < kElementsPerFamily;) {
        Batch batch = NextBatch(random, f, operation, static_cast<Family>(family));
        elements += batch.rows * batch.columns;
        visit(batch);
      }
    }
  }
}

// FNV-1a, 64 bits. http://www.isthe.com/chongo/tech/comp/fnv
class Hash {
 public:
  void Take(const Batch::Bytes& bytes) {
    for (const unsigned char byte : bytes) value_ = (value_ ^ byte) * 0x100000001B3;
  }
  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 0xCBF29CE484222325;
};

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
    for (const Batch::Bytes* bytes : {&batch.y, &batch.mean, &batch.rstd}) line.hash.Take(*bytes);
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
    NormalizeRow(target, row, windows, false, &undecided);
    undecided_elements += undecided.declined() ? columns : undecided.columns().size();
  }
  return undecided_elements;
}

// Prints and returns whether `wanted` is what runs, and decides nearly all of ordinary rows itself: 0, 1, 77 as above.
int CheckTarget(const std::string& wanted) {
  const char* const chosen = exactnorm_chosen_target();
  if (chosen == nullptr) {
    std::cout << "skipped: the CPU or this build has no " << wanted << '\n';
    return 77;
  }
  if (chosen != wanted) {
    std::cout << "the target is " << chosen << ", not " << wanted << ": set EXACTNORM_TARGET\n";
    return 1;
  }
  std::string ran = hwy::TargetName(fast::ChosenTarget()->id());  // by the code itself
  for (char& c : ran) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (ran != wanted && !(ran == "emu128" && wanted == "scalar")) {
    std::cout << "the code of " << ran << " ran, not of " << wanted << '\n';
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
  return status;
}

// The thread's floating-point environment, changed for as long as this lives.
class ChangedEnvironment {
 public:
  ChangedEnvironment(int rounding_mode, bool flush_to_zero) {
    std::fegetenv(&before_);
    std::fesetround(rounding_mode);
#if defined(__aarch64__)
    uint64_t control = 0;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    if (flush_to_zero) asm volatile("msr fpcr, %0" : : "r"(control | uint64_t{1} << 24));
#elif defined(__SSE2__)
    if (flush_to_zero) _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
    std::fegetenv(&changed_);
  }
  ~ChangedEnvironment() { std::fesetenv(&before_); }
  ChangedEnvironment(const ChangedEnvironment&) = delete;
  ChangedEnvironment& operator=(const ChangedEnvironment&) = delete;

  bool Remains() const {
    std::fenv_t now;
    std::fegetenv(&now);
#if defined(__aarch64__)
    return now.__fpcr == changed_.__fpcr;
#elif defined(__SSE2__)
    return (now.__mxcsr & ~0x3Fu) == (changed_.__mxcsr & ~0x3Fu);
#else
    return true;
#endif
  }

 private:
  std::fenv_t before_, changed_;
};

// Other rounding modes and flush-to-zero are seen in the CPU's control register, and stay: 0 or 1.
int CheckEnvironments() {
  const Formats f = Combinations().front();
  const auto normalize = [](Batch& batch) { batch.Normalize(); };
  const std::string plain = Text(f, HashOf(f, 1, normalize));
  int status = 0;
  for (const auto& [mode, flush, name] :
       {std::tuple{FE_UPWARD, false, "upward"}, {FE_TOWARDZERO, false, "toward zero"}, {FE_TONEAREST, true, "flush"}}) {
    const ChangedEnvironment environment(mode, flush);
    const Line here = HashOf(f, 1, normalize);
    const bool remains = environment.Remains();
    if (remains && Text(f, here) == plain) continue;
    status = 1;
    std::cout << "environment " << name << (remains ? ": other bits\n" : " was not kept\n");
  }
  return status;
}

int Check(const char* path, const std::string& wanted) {
  const bool exact = wanted == "exact";
  int status = exact ? 0 : CheckTarget(wanted);
  if (status == 77) return status;
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  size_t elements = 0;
  uint64_t seed = 0;
  for (const Formats& f : Combinations()) {
    const Line here = HashOf(f, ++seed, [&](Batch& batch) { exact ? batch.NormalizeExactly() : batch.Normalize(); });
    elements += here.elements;
    if (std::getline(file, line) && line == Text(f, here)) continue;
    status = 1;
    std::cout << "here  " << Text(f, here) << "\nthere " << line << '\n';
    if (!exact) PrintFirstDifference(f, seed);
  }
  if (!exact && CheckEnvironments() != 0) status = 1;
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
