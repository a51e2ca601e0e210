// SPDX-License-Identifier: Apache-2.0
// How near real errors come to each bound of lib/fast/error_bounds.h, sharp_error_bounds.h and binary64_error_bounds.h:
// for every target and bound, hill climbing on the bits of a row that starts from the worst of a few random ones.
// Prints the largest share of each bound that was reached; none may exceed 1.
//   fast_error_bounds_test [--steps=S]   steps of each climb, 300 if not given
#include "lib/fast/error_bounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "lib/fast/binary64.h"
#include "tests/fast/error_shares.h"
#include "tests/fast/real_row.h"
#include "tests/rows/generator.h"

namespace exactnorm::fast {
namespace {

size_t steps_of_a_climb = 300;

class Climb {
 public:
  using Measure = Shares (*)(const Target&, const rows::Problem&);

  Climb(const Target& target, Measure measure, const Format& f, uint64_t seed)
      : target_(target), measure_(measure), format_(f), random_(seed) {}

  // The largest share of `bound` that is found.
  double Top(Bound bound) {
    constexpr int kStarts = 24;
    double most = -1;
    rows::Problem worst{};
    for (int i = 0; i < kStarts; ++i) {
      const rows::Problem p = Start(i);
      if (const double share = Measured(p)[bound]; share > most) {
        most = share;
        worst = p;
      }
    }
    for (size_t step = 0; step < steps_of_a_climb; ++step) {
      rows::Problem p = worst;
      for (uint64_t changes = random_.Below(3) + 1; changes != 0; --changes) Change(p);
      const double share = Measured(p)[bound];
      if (share < most) continue;
      most = share;
      worst = p;
    }
    return most;
  }

 private:
  Shares Measured(const rows::Problem& p) {
    const Shares shares = measure_(target_, p);
    for (int b = 0; b < kBounds; ++b)
      EXPECT_LE(shares[static_cast<size_t>(b)], 1) << target_.name << " " << kBoundNames[b] << "\n" << p;
    return shares;
  }

  // A magnitude from 2^least on, below 2^(least + binades), of either sign.
  uint64_t Number(int least, uint64_t binades) {
    const uint64_t binade = uint64_t{1} << (format_.precision - 1);
    const auto field = static_cast<uint64_t>(least - format_.least_exponent - format_.precision + 2);
    return WithSign(format_, random_.Below(2) != 0, field * binade + random_.Below(binades * binade));
  }

  // Lengths around that of one block of sums; means 0, as large as is just admitted about 0, and large; any kind of
  // eps, one of them so large that all t are tiny.
  rows::Problem Start(int i) {
    constexpr size_t kLengths[] = {256, 255, 17, 2, 300, 64};
    constexpr double kEps[] = {1e-5, 0, 1, 0x1p-40};
    const size_t n = kLengths[i % 6];
    rows::Problem p{i % 5 == 4 ? EXACTNORM_RMS_NORM : EXACTNORM_LAYER_NORM,
                    &format_,
                    &format_,
                    &format_,
                    &format_,
                    i % 7 == 6 ? 0x1p100 : kEps[i % 4],
                    {},
                    {},
                    {}};
    for (size_t k = 0; k < n; ++k) {
      p.x.push_back(i % 3 == 1 ? Number(2, 1) & ~format_.sign : i % 4 == 3 ? Number(-90, 91) : Number(-1, 2));
      if (i % 3 == 2 && k % 4 != 0) p.x.back() &= ~format_.sign;
      p.gamma.push_back(Number(-3, 6));
      p.beta.push_back(Number(-3, 6));
    }
    if (i % 2 == 1) random_.CancelAgainstBeta(p);
    return p;
  }

  void Change(rows::Problem& p) {
    rows::Bits& numbers = random_.Below(4) != 0 ? p.x : random_.Below(2) != 0 ? p.gamma : p.beta;
    uint64_t& bits = numbers[random_.Below(numbers.size())];
    switch (random_.Below(4)) {
      case 0: bits = random_.Below(2) != 0 ? Number(-3, 6) : Number(-100, 102); break;
      case 1: bits = numbers[random_.Below(numbers.size())]; break;
      case 2: bits ^= format_.sign; break;
      default: bits ^= uint64_t{1} << random_.Below(static_cast<uint64_t>(format_.precision - 1));
    }
  }

  const Target& target_;
  Measure measure_;
  const Format& format_;
  rows::Generator random_;
};

// Returns the largest share of each bound over all targets.
Shares LargestShares(const char* stage, Climb::Measure measure, const Format& f, int bounds) {
  const reference::Precision precision(kRealBits);
  Shares largest{};
  for (const Target& target : BuiltTargets()) {
    if (!target.supported) continue;
    std::printf("%s %-6s", stage, target.name.c_str());
    for (int b = 0; b < bounds; ++b) {
      const double top = Climb(target, measure, f, 1).Top(static_cast<Bound>(b));
      std::printf("  %s %.3g", kBoundNames[b], top);
      largest[static_cast<size_t>(b)] = std::max(largest[static_cast<size_t>(b)], top);
    }
    std::puts("");
  }
  return largest;
}

// Searches that reach less are broken, or a bound has become many times larger than it has to be.
void ExpectReached(const Shares& largest, const Shares& least, int bounds) {
  for (size_t b = 0; b < static_cast<size_t>(bounds); ++b) EXPECT_GE(largest[b], least[b]) << kBoundNames[b];
}

TEST(FastErrorBounds, HoldAndAreReachedInPart) {
  ExpectReached(LargestShares("fast", &FastShares, kF32, kBounds), {0.02, 0.02, 0.02, 0.5, 0.02}, kBounds);
}

TEST(SharpErrorBounds, HoldAndAreReachedInPart) {
  ExpectReached(LargestShares("sharp", &SharpShares, kF64, kWidth), {1e-4, 1e-3, 1e-3, 0.01}, kWidth);
}

TEST(Binary64ErrorBounds, HoldAndAreReachedInPart) {
  const auto targets = BuiltTargets();
  const auto has_tier = [](const Target& t) { return t.supported && FindNormalizeBinary64(t) != nullptr; };
  if (std::none_of(targets.begin(), targets.end(), has_tier)) GTEST_SKIP() << "no target with FMA here";
  ExpectReached(LargestShares("binary64", &Binary64Shares, kF64, kWidth), {0.005, 0.02, 0.02, 0.02}, kWidth);
}

}  // namespace
}  // namespace exactnorm::fast

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string flag = "--steps=";
  if (argc > 1 && std::string(argv[1]).starts_with(flag)) {
    exactnorm::fast::steps_of_a_climb = std::strtoul(argv[1] + flag.size(), nullptr, 10);
  }
  return RUN_ALL_TESTS();
}
