// SPDX-License-Identifier: Apache-2.0
// The workloads are the same bits on every platform, and what their names say.
#include "bench/measure/workloads.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "bench/measure/exact_answer.h"

namespace exactnorm::measure {
namespace {

const Workload& Named(const std::string& name) {
  for (const Workload& w : Workloads()) {
    if (w.name == name) return w;
  }
  throw std::runtime_error("no workload " + name);
}

// FNV-1a over gamma, beta and x.
uint64_t Hash(const Batch& batch) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const auto* bytes : {&batch.gamma, &batch.beta, &batch.x}) {
    for (const unsigned char byte : *bytes) hash = (hash ^ byte) * 0x100000001B3;
  }
  return hash;
}

std::vector<double> Values(const Batch& batch) {
  std::vector<double> values;
  for (size_t i = 0; i < batch.rows * batch.columns; ++i) {
    values.push_back(static_cast<double>(ToReal(*batch.format, Load(*batch.format, batch.x.data(), i))));
  }
  return values;
}

TEST(Workloads, AreTheseBitsForEver) {
  const std::map<std::string, uint64_t> golden = {
      {"1000x outlier bf16", 0x7F73B4FF00C9A0FB},   {"1000x outlier f16", 0x0A40244F34CE848E},
      {"1000x outlier f32", 0x1642602C28461E0A},    {"1000x outlier f64", 0xF8A06E1C1ED30292},
      {"1e-20 N(0,1) bf16", 0xFDEFB60A43A7ABB5},    {"1e-20 N(0,1) f32", 0x666844C9B954D6A5},
      {"1e-20 N(0,1) f64", 0xC978B0D008FCF6D5},     {"1e30 N(0,1) bf16", 0x0673BCD0CA00019C},
      {"1e30 N(0,1) f32", 0xF6CB48D86A1A0D11},      {"1e30 N(0,1) f64", 0xA412C0423E21A8D6},
      {"N(0,1) bf16", 0x8BF24F29385D81FE},          {"N(0,1) f16", 0x911B4C600C36E667},
      {"N(0,1) f32", 0x1D87460F06A4B5C9},           {"N(0,1) f64", 0xD1ED43C854F9AC59},
      {"N(0,1), affine bf16", 0xBC14166A33B655E7},  {"N(0,1), affine f16", 0x02BF75A5B75ECA07},
      {"N(0,1), affine f32", 0x5F6345F9F3ADA8B2},   {"N(0,1), affine f64", 0x493286A985773E93},
      {"N(100,0.01) f32", 0x6699391D670B6A6B},      {"N(100,0.01) f64", 0x9852A10B64EB299C},
      {"N(2000,1) f16", 0xD2F821C92B73F156},        {"N(2000,1) f32", 0xE0F83033D02957A7},
      {"N(2000,1) f64", 0xC1A97F7A30EFDDE3},        {"U[1e4,1e4+1] f32", 0x71814785A66B8121},
      {"U[1e4,1e4+1] f64", 0x4AD4C0E109062FDE},     {"constant row bf16", 0x4CDAE6DC5F139B05},
      {"constant row f16", 0x8A9648AB0AF63465},     {"constant row f32", 0x4E3E3EC9DC61E6D5},
      {"constant row f64", 0x646A86A42BBEF8E5},     {"heavy tails bf16", 0xD13D84E51DA3C792},
      {"heavy tails f16", 0xCDB65F22BBD402C5},      {"heavy tails f32", 0x144AD48683FDA877},
      {"heavy tails f64", 0xA43F8DB03213146A},      {"massive channels bf16", 0x2DEB53A70AE4FB97},
      {"massive channels f16", 0x513D9C1A333EDBC8}, {"massive channels f32", 0x2D11EF3BCB7349B3},
      {"massive channels f64", 0x35606BF32FC01CBF}, {"subnormals bf16", 0x855678C98930796F},
      {"subnormals f16", 0xB3DF5E1563F79D17},       {"subnormals f32", 0xA5CB4AD7B12B4585},
      {"subnormals f64", 0xD41AD5EB0304DB63},
  };
  std::map<std::string, uint64_t> hashes;
  for (const Workload& w : Workloads()) {
    for (const Format* f : kFormats) {
      if (w.obstacle(*f).empty()) hashes[std::string(w.name) + " " + f->name] = Hash(Draw(w, *f, 3, 40, 1e-5, 7));
    }
  }
  for (const auto& [name, hash] : hashes) {
    const auto found = golden.find(name);
    ASSERT_NE(found, golden.end()) << name;
    EXPECT_EQ(found->second, hash) << name << " 0x" << std::hex << hash;
  }
  EXPECT_EQ(golden.size(), hashes.size());
}

TEST(Workloads, DependOnTheSeedAndHaveStreamsOfTheirOwn) {
  std::set<uint64_t> streams;
  for (const Workload& w : Workloads()) {
    EXPECT_TRUE(streams.insert(w.stream).second) << w.name;
    EXPECT_NE(Hash(Draw(w, kF64, 3, 40, 1e-5, 7)), Hash(Draw(w, kF64, 3, 40, 1e-5, 8))) << w.name;
    EXPECT_NE(Hash(Draw(w, kF64, 3, 40, 1e-5, 7)), Hash(Draw(w, kF64, 3, 40, 1e-5, 7 + (uint64_t{1} << 32)))) << w.name;
  }
}

TEST(Workloads, AreRefusedWhereAFormatCannotHoldThem) {
  const std::set<std::string> refused = {"N(100,0.01) f16",   "N(100,0.01) bf16", "N(2000,1) bf16", "U[1e4,1e4+1] f16",
                                         "U[1e4,1e4+1] bf16", "1e-20 N(0,1) f16", "1e30 N(0,1) f16"};
  for (const Workload& w : Workloads()) {
    for (const Format* f : kFormats) {
      const std::string name = std::string(w.name) + " " + f->name;
      EXPECT_EQ(!w.obstacle(*f).empty(), refused.contains(name)) << name;
    }
  }
}

// Every row that is drawn holds finite numbers and, but for the constant one, more than one value.
TEST(Workloads, SurviveTheirFormat) {
  for (const Workload& w : Workloads()) {
    for (const Format* f : kFormats) {
      if (!w.obstacle(*f).empty()) continue;
      const Batch batch = Draw(w, *f, 1, 100, 1e-5, 3);
      std::set<double> distinct;
      for (const double x : Values(batch)) {
        EXPECT_TRUE(std::isfinite(x)) << w.name << " " << f->name;
        distinct.insert(x);
      }
      EXPECT_EQ(distinct.size() == 1, std::string(w.name) == "constant row") << w.name << " " << f->name;
    }
  }
}

// The mean of n draws is within 6 sigma / sqrt(n) of mu: a right sampler fails with probability below 2e-9, and
// the seed is fixed. The variance of the sample variance is 2 sigma^4 / (n - 1).
TEST(Workloads, HaveTheirMomentsInBinary64) {
  const auto check = [](const char* name, double mu, double sigma) {
    const std::vector<double> x = Values(Draw(Named(name), kF64, 100, 1000, 1e-5, 5));
    const auto n = static_cast<double>(x.size());
    double mean = 0;
    for (const double value : x) mean += (value - mu) / n;
    double variance = 0;
    for (const double value : x) variance += (value - mu - mean) * (value - mu - mean) / (n - 1);
    EXPECT_LE(std::abs(mean), 6 * sigma / std::sqrt(n)) << name;
    EXPECT_LE(std::abs(variance - sigma * sigma), 6 * sigma * sigma * std::sqrt(2 / (n - 1))) << name;
  };
  check("N(0,1)", 0, 1);
  check("N(100,0.01)", 100, 0.01);
  check("N(2000,1)", 2000, 1);
  check("1e-20 N(0,1)", 0, 1e-20);
  check("1e30 N(0,1)", 0, 1e30);
  check("U[1e4,1e4+1]", 10000.5, std::sqrt(1.0 / 12));  // lighter tails than normal: a smaller variance of the variance
}

TEST(Workloads, AreWhatTheirNamesSay) {
  for (const Format* f : kFormats) {
    const Batch subnormal = Draw(Named("subnormals"), *f, 1, 1000, 1e-5, 1);
    for (size_t i = 0; i < 1000; ++i) {
      EXPECT_LT(Magnitude(*f, Load(*f, subnormal.x.data(), i)), uint64_t{1} << (f->precision - 1)) << f->name;
    }
  }
  for (const double x : Values(Draw(Named("U[1e4,1e4+1]"), kF64, 1, 1000, 1e-5, 1))) {
    EXPECT_GE(x, 1e4);
    EXPECT_LE(x, 1e4 + 1);
  }
  // In a row with an outlier one element is 1000 times a normal: beyond 6.5 in all but 1 of 200 rows.
  int beyond = 0;
  for (const double x : Values(Draw(Named("1000x outlier"), kF64, 100, 100, 1e-5, 1))) beyond += std::abs(x) > 6.5;
  EXPECT_GE(beyond, 95);
  EXPECT_LE(beyond, 100);
  const Batch affine = Draw(Named("N(0,1), affine"), kF32, 1, 10, 1e-5, 1);
  EXPECT_EQ(affine.gamma.size(), 40u);
  EXPECT_EQ(affine.beta.size(), 40u);
}

}  // namespace
}  // namespace exactnorm::measure
