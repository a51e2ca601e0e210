// SPDX-License-Identifier: Apache-2.0
// What the fast stage of every target certifies is what the exact stage says, bit for bit. (How much it certifies:
// decline_rate_test.cc; rows together: block_edges_test.cc.) Rows: tests/rows (random, ill-conditioned, wild,
// subnormal, ties, at overflow, with NaNs and infinities), all lengths around the boundaries of vectors, groups and
// blocks, any alignment.
//   fast_rows_test [--elements=E]   random elements per target, 1000000 if not given
#include "lib/fast/rows.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "lib/exact/row.h"
#include "lib/fast/error_bounds.h"
#include "lib/fast/target.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

using rows::Answer;
using rows::Bits;
using rows::Family;
using rows::Packed;
using rows::Problem;

size_t elements_per_target = 1000000;

const Format* const kFastFormats[] = {&kF32, &kBF16, &kF16};

Answer Exact(const Problem& p) {
  Packed packed(p);
  exact::NormalizeRow(packed.row());
  return packed.answer();
}

// One row through one target, its arrays `offset` bytes beyond an aligned address.
struct FastAnswer {
  Undecided undecided;
  std::vector<unsigned char> y, mean, rstd;
};
enum class Stage { kFast, kSharp, kBoth };
FastAnswer Through(Stage stage, const Target& target, const Problem& p, size_t offset) {
  Packed packed(p);
  Row row = packed.row();
  const auto move = [offset](const void* array, size_t n, const Format& f, std::vector<unsigned char>& room) {
    if (array == nullptr) return static_cast<unsigned char*>(nullptr);
    const size_t bytes = n * static_cast<size_t>(f.bytes);
    room.resize(bytes + offset + 64);
    const size_t to_aligned = (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) % 64;
    unsigned char* at = room.data() + to_aligned + offset;
    std::memcpy(at, array, bytes);
    return at;
  };
  std::vector<unsigned char> x, gamma, beta, y;
  FastAnswer answer;
  row.x = move(row.x, row.columns, *row.x_format, x);
  row.gamma = move(row.gamma, row.columns, *row.parameter_format, gamma);
  row.beta = move(row.beta, row.columns, *row.parameter_format, beta);
  auto* const y_at = move(row.y, row.columns, *row.y_format, y);
  row.y = y_at;
  if (stage == Stage::kSharp) {
    answer.undecided.Decline();
  } else {
    Windows windows;
    target.find_windows(row, &windows);
    NormalizeRow(target, row, windows, offset % 2 == 0, &answer.undecided);
  }
  if (stage != Stage::kFast) target.sharpen_row(row, &answer.undecided);
  const size_t bytes = row.columns * static_cast<size_t>(row.y_format->bytes);
  answer.y.assign(y_at, y_at + bytes);
  const auto statistics_bytes = static_cast<size_t>(row.statistics_format->bytes);
  const auto statistic = [&](const void* at) {
    const auto* bytes_at = static_cast<const unsigned char*>(at);
    return at == nullptr ? std::vector<unsigned char>()
                         : std::vector<unsigned char>(bytes_at, bytes_at + statistics_bytes);
  };
  answer.mean = statistic(row.mean);
  answer.rstd = statistic(row.rstd);
  return answer;
}

// Returns how many columns are certified.
size_t ExpectCertifiedToBeExact(Stage stage, const Target& target, const Problem& p, const Answer& exact,
                                size_t offset) {
  const FastAnswer fast = Through(stage, target, p, offset);
  if (fast.undecided.declined()) return 0;
  const auto undecided = fast.undecided.columns();
  size_t certified = 0;
  for (size_t i = 0; i < p.x.size(); ++i) {
    if (std::find(undecided.begin(), undecided.end(), i) != undecided.end()) continue;
    ++certified;
    EXPECT_EQ(Load(*p.y_format, fast.y.data(), i), exact.y[i])
        << target.name << ", column " << i << ", offset " << offset << "\n"
        << p;
    if (testing::Test::HasFailure()) return certified;
  }
  if (!fast.undecided.statistics) {
    if (!fast.mean.empty()) {
      EXPECT_EQ(Load(*p.statistics_format, fast.mean.data(), 0), exact.mean) << p;
    }
    EXPECT_EQ(Load(*p.statistics_format, fast.rstd.data(), 0), exact.rstd) << p;
  }
  return certified;
}

std::vector<Target> SupportedTargets() {
  std::vector<Target> targets(BuiltTargets().begin(), BuiltTargets().end());
  std::erase_if(targets, [](const Target& t) { return !t.supported; });
  return targets;
}

TEST(FastRows, RunTheCodeOfTheTargetTheyAreNamedAfterTheLastOfThemScalar) {
  const auto targets = BuiltTargets();
  ASSERT_GE(targets.size(), 2u);
  EXPECT_EQ(targets.back().name, "scalar");
  EXPECT_TRUE(targets.back().supported);
  for (const Target& target : targets) {
    if (!target.supported) continue;
    std::string ran = hwy::TargetName(target.id());  // by the code itself
    std::transform(ran.begin(), ran.end(), ran.begin(), [](unsigned char c) { return std::tolower(c); });
    EXPECT_EQ(target.name == "scalar" && ran == "emu128" ? "scalar" : ran, target.name);
  }
}

TEST(FastRows, CertifyNothingButTheExactResultOnRandomRows) {
  const auto targets = SupportedTargets();
  rows::Generator random(1);
  size_t certified = 0;
  for (size_t elements = 0; elements < elements_per_target && !HasFailure();) {
    Problem p = random.Below(2) != 0 ? random.Next(*kFastFormats[random.Below(3)], 3000) : random.Next(3000);
    if (*p.x_format == kF64) continue;
    if (*p.y_format == kF64) p.y_format = kFastFormats[random.Below(3)];
    if (*p.parameter_format == kF64) p.gamma = p.beta = {};
    p.parameter_format = *p.parameter_format == kF64 ? &kF32 : p.parameter_format;
    const Answer exact = Exact(p);
    for (const Target& target : targets) {
      certified += ExpectCertifiedToBeExact(Stage::kFast, target, p, exact, random.Below(8));
    }
    elements += p.x.size();
  }
  // Hard as the rows are: else nothing was tested.
  EXPECT_GT(certified, elements_per_target * targets.size() / 4);
}

// Bell-shaped x and parameters near 1 and 0, as a model has them.
Problem Ordinary(rows::Generator& random, const Format& x, const Format& parameter, const Format& y, size_t n) {
  Problem p{EXACTNORM_LAYER_NORM, &x, &parameter, &y, &y, 1e-5, {}, {}, {}};
  p.x = random.Numbers(x, Family::kBell, n);
  p.gamma = random.Numbers(parameter, Family::kBell, n);
  p.beta = random.Numbers(parameter, Family::kBell, n);
  return p;
}

TEST(FastRows, AreExactAroundEveryBoundaryOfVectorsGroupsAndBlocks) {
  const auto targets = SupportedTargets();
  rows::Generator random(2);
  std::vector<size_t> lengths;
  for (size_t n = 1; n <= 70; ++n) lengths.push_back(n);
  for (const size_t edge : {128u, 256u, 512u, 1024u, 8192u, 16384u}) {
    for (const size_t n : {edge - 1, edge, edge + 1, edge + 31, edge + 33}) lengths.push_back(n);
  }
  lengths.push_back(100003);
  for (const size_t n : lengths) {
    const Format& x = *kFastFormats[n % 3];
    const Format& y = *kFastFormats[n / 3 % 3];
    Problem p = Ordinary(random, x, n % 2 == 0 ? x : kF32, y, n);
    if (n % 5 == 0) p.operation = EXACTNORM_RMS_NORM;
    if (n % 7 == 0) p.gamma.clear();
    if (n % 11 == 0) p.beta.clear();
    const Answer exact = Exact(p);
    for (const Target& target : targets) {
      const size_t certified = ExpectCertifiedToBeExact(Stage::kFast, target, p, exact, n % 4);
      if (n >= 512) {
        EXPECT_GT(certified, n * 95 / 100) << target.name << " " << p.y_format->name << " " << n;
      }
      if (HasFailure()) return;
    }
  }
}

TEST(SharpRows, CertifyNothingButTheExactResultOnRandomRowsOfAnyFormats) {
  const auto targets = SupportedTargets();
  rows::Generator random(4);
  size_t certified = 0;
  for (size_t elements = 0; elements < elements_per_target && !HasFailure();) {
    const Problem p = random.Below(2) != 0 ? random.Next(*kFormats[random.Below(4)], 3000) : random.Next(3000);
    const Answer exact = Exact(p);
    const bool both = *p.x_format != kF64 && *p.parameter_format != kF64 && *p.y_format != kF64 && random.Below(2) != 0;
    for (const Target& target : targets) {
      certified += ExpectCertifiedToBeExact(both ? Stage::kBoth : Stage::kSharp, target, p, exact, random.Below(8));
    }
    elements += p.x.size();
  }
  EXPECT_GT(certified, elements_per_target * targets.size() / 4);
}

TEST(SharpRows, AreExactAroundEveryBoundaryOfVectorsAndBlocks) {
  const auto targets = SupportedTargets();
  rows::Generator random(5);
  std::vector<size_t> lengths = {127, 128, 129, 511, 513, 5000, 100003};
  for (size_t n = 1; n <= 70; ++n) lengths.push_back(n);
  for (const size_t n : lengths) {
    Problem p = Ordinary(random, kF64, kF64, kF64, n);
    if (n % 5 == 0) p.operation = EXACTNORM_RMS_NORM;
    const Answer exact = Exact(p);
    for (const Target& target : targets) {
      const size_t certified = ExpectCertifiedToBeExact(Stage::kSharp, target, p, exact, n % 4);
      if (n > 2) {
        EXPECT_GE(certified, n - n / 1000) << target.name << " " << n;
      }
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace exactnorm::fast

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string flag = "--elements=";
  if (argc > 1 && std::string(argv[1]).starts_with(flag)) {
    exactnorm::fast::elements_per_target = std::strtoul(argv[1] + flag.size(), nullptr, 10);
  }
  return RUN_ALL_TESTS();
}
