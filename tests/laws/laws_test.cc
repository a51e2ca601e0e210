// SPDX-License-Identifier: Apache-2.0
// This library, which is said to be correctly rounded, keeps every law at every level in every format.
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

#include "tests/laws/search.h"

namespace exactnorm::laws {
namespace {

TEST(Laws, HoldForThisLibrary) {
  const Formats f32{&kF32, &kF32, &kF32, &kF32};
  for (const Law& law : AllLaws()) {
    for (const Ask& ask : law.asks) {
      const SearchResult result = Search(law, ask, ThisLibrary(), ExactOracle(), f32, 1, {});
      std::ostringstream text;
      if (result.broken) text << *result.broken;
      EXPECT_FALSE(result.broken) << law.name << "\n" << text.str();
      std::cout << law.name << ": " << result.held << " held, " << result.unsupported << " unsupported\n";
    }
  }
}

}  // namespace
}  // namespace exactnorm::laws
