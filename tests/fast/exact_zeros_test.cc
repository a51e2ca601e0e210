// SPDX-License-Identifier: Apache-2.0
// Results that are zeros exactly, by a gain of 0 or, in RMSNorm, by an input of 0: the SIMD stages of every target
// settle them by themselves, as the exact stage does. Beside them stand zeros of both signs among the biases, gains
// that are not finite, which make no zeros, and ordinary numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "lib/exact/row.h"
#include "lib/fast/binary64.h"
#include "lib/fast/target.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

using rows::Answer;
using rows::Bits;
using rows::Family;
using rows::Generator;
using rows::Problem;

// Every second number becomes a zero, of either sign where `signed_too`.
void MakeSparse(Generator& random, const Format& f, bool signed_too, Bits& bits) {
  for (uint64_t& b : bits) {
    if (random.Below(2) == 0) b = signed_too && random.Below(2) == 0 ? f.sign : 0;
  }
}

Problem SomeSparseRow(Generator& random, const Format& f, bool clean) {
  const size_t n = 2 + random.Below(600);
  const exactnorm_operation operations[] = {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM};
  Problem p{operations[random.Below(2)], &f, &f, &f, &f, 1e-5, {}, {}, {}};
  p.x = random.Numbers(f, Family::kBell, n);
  if (p.operation == EXACTNORM_RMS_NORM) MakeSparse(random, f, true, p.x);
  if (p.operation == EXACTNORM_LAYER_NORM || random.Below(2) == 0) {
    p.gamma = random.Numbers(f, Family::kBell, n);
    MakeSparse(random, f, true, p.gamma);
  }
  if (random.Below(2) == 0) {
    p.beta = random.Numbers(f, Family::kBell, n);
    MakeSparse(random, f, !clean, p.beta);
  }
  if (clean) return p;
  for (uint64_t& g : p.gamma) {
    if (random.Below(8) == 0) g = WithSign(f, random.Below(2) == 0, random.Below(2) == 0 ? f.infinity : f.nan);
  }
  return p;
}

bool TakeOne(void* undecided, size_t, std::span<Undecided> taken) {
  *static_cast<Undecided*>(undecided) = taken[0];
  return true;
}

// By the target's first stage, or by the sharp one. A target without a first stage for binary64 declines.
Undecided Through(const Target& target, bool sharp, const Row& row) {
  Undecided undecided;
  if (sharp) {
    undecided.Decline();
    target.sharpen_row(row, &undecided);
  } else if (*row.x_format != kF64) {
    Windows windows;
    target.find_windows(row, &windows);
    NormalizeRow(target, row, windows, false, &undecided);
  } else if (const auto normalize = FindNormalizeBinary64(target)) {
    normalize({row, 1, row.columns * sizeof(double), row.columns * sizeof(double)}, false, {&TakeOne, &undecided});
  } else {
    undecided.Decline();
  }
  return undecided;
}

struct Zeros {
  size_t all = 0;
  size_t left = 0;
};

Zeros ExpectExact(Generator& random, const Target& target, bool sharp, const Format& f, bool clean) {
  const Problem p = SomeSparseRow(random, f, clean);
  rows::Packed packed(p), exact(p);
  const Undecided undecided = Through(target, sharp, packed.row());
  exact::NormalizeRow(exact.row());
  const Answer answer = packed.answer(), right = exact.answer();
  Zeros zeros;
  if (undecided.declined()) return zeros;
  for (size_t i = 0; i < p.x.size(); ++i) {
    const auto columns = undecided.columns();
    const bool left = std::find(columns.begin(), columns.end(), i) != columns.end();
    zeros.all += right.y[i] == 0;
    zeros.left += right.y[i] == 0 && left;
    if (left) continue;
    EXPECT_EQ(answer.y[i], right.y[i]) << target.name << ", column " << i << "\n" << p;
  }
  return zeros;
}

TEST(ExactZeros, AreSettledByTheStages) {
  for (const Target& target : BuiltTargets()) {
    if (!target.supported) continue;
    for (const Format* f : kFormats) {
      for (const bool sharp : {false, true}) {
        Generator random(26);
        Zeros zeros;
        for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) {
          const Zeros of = ExpectExact(random, target, sharp, *f, true);
          zeros.all += of.all;
          zeros.left += of.left;
        }
        const bool has_stage = sharp || *f != kF64 || FindNormalizeBinary64(target) != nullptr;
        EXPECT_EQ(zeros.all > 10000, has_stage) << target.name << ' ' << f->name;
        EXPECT_EQ(zeros.left, 0u) << target.name << ' ' << f->name << (sharp ? ", sharp" : "");
        std::printf("%-6s %-4s %-5s %zu of %zu zeros left\n", target.name.c_str(), f->name, sharp ? "sharp" : "first",
                    zeros.left, zeros.all);
      }
    }
  }
}

TEST(ExactZeros, AreNotSeenWhereAGainIsNotFinite) {
  for (const Target& target : BuiltTargets()) {
    if (!target.supported) continue;
    for (const Format* f : kFormats) {
      for (const bool sharp : {false, true}) {
        Generator random(27);
        for (int i = 0; i < 200 && !testing::Test::HasFailure(); ++i) ExpectExact(random, target, sharp, *f, false);
      }
    }
  }
}

}  // namespace
}  // namespace exactnorm::fast
