// SPDX-License-Identifier: Apache-2.0
// `exactnorm check`: silent about what is right, exact about what is wrong.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

class Check : public CommandTest {
 protected:
  nlohmann::json Json(const std::string& arguments, int exit_code) const {
    const Outcome outcome = Execute("check --json " + arguments);
    EXPECT_EQ(outcome.exit_code, exit_code);
    EXPECT_EQ(outcome.error, "");
    return nlohmann::json::parse(outcome.out);
  }
};

TEST_F(Check, WhatRunWritesIsCorrectInEveryFormat) {
  for (const Format* in : kFormats) {
    for (const Format* out : kFormats) {
      for (const std::string operation : {"layer_norm", "rms_norm"}) {
        Save("x.npy", MakeArray(*in, {2, 3}, {1, 2.5, -3, 0.125, 100, 101}));
        Save("g.npy", MakeArray(*out, {3}, {1, -2, 3}));
        Save("b.npy", MakeArray(*out, {3}, {0, 1, -0.75}));
        const std::string norm = "--x x.npy --gamma g.npy --beta b.npy --format bf16 --eps 1e-3 --op " + operation;
        EXPECT_EQ(Execute("run " + norm + " --y y.npy --out-format " + out->name).exit_code, 0);
        const Outcome outcome = Execute("check " + norm + " --y y.npy");
        EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
        EXPECT_EQ(outcome.error, "");
        EXPECT_TRUE(outcome.out.starts_with("y.npy: every element is correctly rounded\n")) << outcome.out;
      }
    }
  }
}

// x = -1, 1 with eps 3: the answers are -1/2, 1/2; with eps 0 they are -1, 1.
TEST_F(Check, TheScreenShowsTheFiguresAndTheWorstCase) {
  Save("x.npy", MakeArray(kF32, {2, 2}, {-1, 1, 1, -1}));
  Save("g.npy", {1, 2});
  Save("y.npy", MakeArray(kF32, {2, 2}, {-0.5, 1, 0x1.000004p-1, -1}));
  const Outcome outcome = Execute("check --x x.npy --gamma g.npy --eps 3 --y y.npy");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(
      outcome.out.starts_with("y.npy: not correctly rounded\n"
                              "layer_norm, 2 rows of 2, x f32, y f32\n"
                              "\n"))
      << outcome.out;
  for (const std::string part : {" 1 (25.0 %)", " max 2, mean 0.5, bias 0.5\n", "worst case: row 1, column 0, 2 ulp\n"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << outcome.out;
  }
  EXPECT_TRUE(
      outcome.out.ends_with("  exact  0x1p-1\n"
                            "\n"
                            "its row, to paste (eps 0x1.8p+1):\n"
                            "  x     = [0x1p+0, -0x1p+0]\n"
                            "  gamma = [0x1p+0, 0x1p+1]\n"
                            "  y     = [0x1.000004p-1, -0x1p+0]\n"))
      << outcome.out;
}

TEST_F(Check, ALongRowIsNotPutOnTheScreenButInJson) {
  Save("x.npy", std::vector<float>(17, 1));
  Save("y.npy", std::vector<float>(17, 1));
  const Outcome outcome = Execute("check --x x.npy --y y.npy");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.out.find("\n  17 numbers long; --json prints it whole\n"), std::string::npos) << outcome.out;
  EXPECT_EQ(Json("--x x.npy --y y.npy", 1)["worst_row"]["x"].size(), 17u);
}

TEST_F(Check, JsonHoldsTheFiguresAndTheWholeWorstRow) {
  Save("x.npy", MakeArray(kF32, {2, 2}, {-1, 1, 1, -1}));
  Save("b.npy", {0, 0});
  Save("y.npy", MakeArray(kF32, {2, 2}, {-0.5, 0.5, 0x1.000004p-1, -0.5}));
  const auto json = Json("--x x.npy --beta b.npy --eps 3 --y y.npy", 1);
  EXPECT_EQ(json["correctly_rounded"], false);
  EXPECT_EQ(json["rows"], 2);
  EXPECT_EQ(json["columns"], 2);
  EXPECT_EQ(json["eps"], 3);
  EXPECT_EQ(json["y_format"], "f32");
  EXPECT_EQ(json["figures"]["max_ulps"], 2);
  EXPECT_EQ(json["figures"]["not_correctly_rounded"], 1);
  EXPECT_EQ(json["worst_row"].dump(), R"({"beta":["0x0p+0","0x0p+0"],"eps":"0x1.8p+1","row":1,)"
                                      R"("x":["0x1p+0","-0x1p+0"],"y":["0x1.000004p-1","-0x1p-1"]})");
  Save("y.npy", MakeArray(kF32, {2, 2}, {-0.5, 0.5, 0.5, -0.5}));
  EXPECT_TRUE(Json("--x x.npy --eps 3 --y y.npy", 0)["worst_row"].is_null());
}

TEST_F(Check, TheAnswerIsTakenInTheFormatOfY) {
  Save("x.npy", MakeArray(kF32, {1, 3}, {1, 2, 4}));
  EXPECT_EQ(Execute("run --x x.npy --y y.npy --out-format f16").exit_code, 0);
  EXPECT_EQ(Json("--x x.npy --y y.npy", 0)["y_format"], "f16");
  // The same values in binary32 are not the nearest ones any more.
  const NpyArray y = Load("y.npy");
  NpyArray wide = NewNpy(kF32, y.shape);
  for (size_t i = 0; i < 3; ++i) {
    const Number n = Decode(kF16, exactnorm::Load(kF16, y.data(), i));
    Store(kF32, wide.data(), i, WithSign(kF32, n.negative, RoundMagnitude(kF32, n.significand, n.exponent)));
  }
  Save("wide.npy", wide);
  EXPECT_EQ(Json("--x x.npy --y wide.npy", 1)["figures"]["not_correctly_rounded"], 3);
}

TEST_F(Check, AMisplacedNanOrInfinityIsShownFirst) {
  Save("x.npy", MakeArray(kF32, {2, 2}, {-1, 1, 1, -1}));
  NpyArray y = MakeArray(kF32, {2, 2}, {-0.75, 0.5, 0.5, 0});
  Store(kF32, y.data(), 3, kF32.nan);
  Save("y.npy", y);
  const auto json = Json("--x x.npy --eps 3 --y y.npy", 1);
  EXPECT_EQ(json["figures"]["misplaced_nan"], 1);
  EXPECT_EQ(json["worst_row"]["row"], 1);
  const Outcome outcome = Execute("check --x x.npy --eps 3 --y y.npy");
  EXPECT_NE(outcome.out.find("  y     = [0x1p-1, nan]\n"), std::string::npos);
}

TEST_F(Check, NanWhereTheDefinitionSaysNanIsCorrect) {
  NpyArray x = MakeArray(kF32, {1, 2}, {1, 2});
  Store(kF32, x.data(), 0, kF32.infinity);
  Save("x.npy", x);
  NpyArray y = MakeArray(kF32, {1, 2}, {0, 0});
  Store(kF32, y.data(), 0, kF32.nan);
  Store(kF32, y.data(), 1, kF32.nan | kF32.sign | 1);  // every NaN counts as equal
  Save("y.npy", y);
  EXPECT_EQ(Execute("check --x x.npy --y y.npy").exit_code, 0);
}

TEST_F(Check, NoRowsAreCorrect) {
  Save("x.npy", MakeArray(kF32, {0, 4}, {}));
  EXPECT_EQ(Json("--x x.npy --y x.npy", 0)["figures"]["elements"], 0);
  EXPECT_EQ(Execute("check --x x.npy --y x.npy").exit_code, 0);
}

}  // namespace
}  // namespace exactnorm::command
