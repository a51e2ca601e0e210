// SPDX-License-Identifier: Apache-2.0
// `exactnorm geometry`: known planes and axes, verdicts on right and wrong outputs, pictures, refusals.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class Geometry : public CommandTest {
 protected:
  nlohmann::json Json(const std::string& arguments, int exit_code) const {
    const Outcome outcome = Execute("geometry --json " + arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.error;
    EXPECT_EQ(outcome.error, "");
    return nlohmann::json::parse(outcome.out);
  }
  void ExpectRefusal(const std::string& arguments, const std::string& message, const std::string& before = "") const {
    const auto files = Files();
    const Outcome outcome = Execute("geometry " + arguments, before);
    EXPECT_EQ(outcome.error, "exactnorm geometry: " + message + "\n") << arguments;
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
    EXPECT_EQ(Files(), files) << arguments;
  }
};

// N = 3 with gains 1: the circle of radius sqrt(3) in the plane sum y_i = sum b_i.
TEST_F(Geometry, TheCircleOfThreeEqualGains) {
  Save("g.npy", {1, 1, 1});
  Save("b.npy", {1, 2, 4});
  const auto json = Json("--gamma g.npy --beta b.npy", 0);
  EXPECT_EQ(json["operation"], "layer_norm");
  EXPECT_EQ(json["columns"], 3);
  EXPECT_EQ(json["eps"], 1e-5);
  EXPECT_EQ(json["plane"]["alpha"].dump(), "[1.0,1.0,1.0]");
  EXPECT_EQ(json["plane"]["offset"], 7);
  EXPECT_EQ(json["ellipsoid"]["axes"], 2);
  EXPECT_EQ(json["ellipsoid"]["open"], true);
  for (const auto& axis : json["ellipsoid"]["longest"]) {
    EXPECT_NEAR(axis["length"].get<double>(), std::sqrt(3.0), 1e-14);
    double sum = 0;
    double square = 0;
    for (const double v : axis["direction"]) {
      sum += v;
      square += v * v;
    }
    EXPECT_NEAR(sum, 0, 1e-14);
    EXPECT_NEAR(square, 1, 1e-14);
  }
  EXPECT_TRUE(json["outputs"].is_null());
}

TEST_F(Geometry, TheScreenShowsPlaneAxesAndClaims) {
  Save("g.npy", {2, 1, 0.5});
  Save("x.npy", MakeArray(kF32, {2, 3}, {1, 2, 4, -1, 0, 0}));
  const Outcome outcome = Execute("geometry --gamma g.npy --x x.npy --op rms_norm --eps 1 --axes 1");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(
      outcome.out.starts_with("rms_norm, N = 3, gamma f32, 0 zero gains, eps 1\n"
                              "\n"
                              "hyperplane  none: RMSNorm does not remove the mean\n"
                              "ellipsoid   3 semi-axes around beta, open: outputs come near its surface, never on it\n"
                              "  longest         3.4641   axis 1, mostly along column 0 (1.00)\n"
                              "  shortest      0.866025   axis 3, mostly along column 2 (1.00)\n"
                              "\n"
                              "outputs     2 rows of f32, computed from --x\n"
                              "  interior   held in 2 rows\n"))
      << outcome.out;
  // Row 0: ms = 7, so eps / (ms + eps) = 1/8; row 1: ms = 1/3, 3/4.
  EXPECT_NE(outcome.out.find("  surface    held in 2 rows\n"), std::string::npos) << outcome.out;
  Save("ones.npy", {1, 1, 1});
  EXPECT_NE(Execute("geometry --gamma ones.npy")
                .out.find("hyperplane  sum alpha_i y_i = 0, alpha_i = 1 / gamma_i between 1 and 1\n"),
            std::string::npos);
}

TEST_F(Geometry, WhatRunWritesBreaksNoClaimInAnyFormat) {
  for (const Format* in : kFormats) {
    for (const Format* out : kFormats) {
      for (const std::string operation : {"layer_norm", "rms_norm"}) {
        Save("x.npy", MakeArray(*in, {2, 3}, {1, 2.5, -3, 0.125, 100, 101}));
        Save("g.npy", MakeArray(*out, {3}, {1, -2, 3}));
        Save("b.npy", MakeArray(*out, {3}, {0, 1, -0.75}));
        const std::string norm = "--x x.npy --gamma g.npy --beta b.npy --format bf16 --eps 1e-3 --op " + operation;
        EXPECT_EQ(Execute("run " + norm + " --y y.npy --out-format " + out->name).exit_code, 0);
        const auto outputs = Json(norm + " --y y.npy", 0)["outputs"];
        EXPECT_EQ(outputs["y_format"], out->name);
        EXPECT_EQ(outputs["computed"], false);
        for (const std::string claim : {"plane", "interior", "surface"}) {
          const bool silent = claim == "plane" && operation == "rms_norm";
          EXPECT_EQ(outputs[claim]["held"], silent ? 0 : 2) << claim;
          EXPECT_EQ(outputs[claim]["silent"], silent ? 2 : 0) << claim;
          EXPECT_EQ(outputs[claim]["broken"], 0) << claim;
        }
        EXPECT_EQ(outputs["zero_gains"]["silent"], 2);
      }
    }
  }
}

// x = (-1, 1), eps = 3: the output is (-1/2, 1/2), at the distance 3/4 from the surface.
TEST_F(Geometry, BrokenClaimsAreNamedWithTheirRowAndBy) {
  Save("g.npy", {1, 1});
  Save("x.npy", MakeArray(kF32, {4, 2}, {-1, 1, -1, 1, -1, 1, -1, 1}));
  Save("y.npy", MakeArray(kF32, {4, 2}, {-0.5, 0.5, -0.5, 0.75, -0.25, 0.25, -2, 2}));
  const auto outputs = Json("--gamma g.npy --x x.npy --y y.npy --eps 3", 1)["outputs"];
  EXPECT_EQ(outputs["plane"]["broken_rows"].dump(), "[1]");
  EXPECT_NEAR(outputs["plane"]["worst"]["value"].get<double>(), 0.25, 1e-15);
  EXPECT_NEAR(outputs["plane"]["worst"]["excess"].get<double>(), 0.25, 1e-7);
  EXPECT_EQ(outputs["interior"]["broken_rows"].dump(), "[3]");
  EXPECT_NEAR(outputs["interior"]["worst"]["excess"].get<double>(), 3, 1e-6);
  EXPECT_EQ(outputs["surface"]["broken_rows"].dump(), "[1,2,3]");
  EXPECT_EQ(outputs["surface"]["worst"]["row"], 3);
  EXPECT_EQ(outputs["surface"]["worst"]["target"], 0.75);
  const Outcome outcome = Execute("geometry --gamma g.npy --x x.npy --y y.npy --eps 3");
  EXPECT_EQ(outcome.exit_code, 1);
  for (const std::string line :
       {"  plane      BROKEN in 1 of 4 rows\n             worst row 1: residual 0.25, rounding allows 5.96e-08, 0.25 "
        "too far\n",
        "  interior   BROKEN in 1 of 4 rows\n",
        "  surface    BROKEN in 3 of 4 rows\n             worst row 3: 1 - r^2/N = -3, expected 0.75"}) {
    EXPECT_NE(outcome.out.find(line), std::string::npos) << outcome.out;
  }
}

TEST_F(Geometry, WithoutXTheSurfaceIsNotSpokenOf) {
  Save("g.npy", {1, 1});
  Save("y.npy", MakeArray(kF32, {1, 2}, {-0.5, 0.5}));
  const Outcome outcome = Execute("geometry --gamma g.npy --y y.npy");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out.find("surface  "), std::string::npos) << outcome.out;
  EXPECT_EQ(Json("--gamma g.npy --y y.npy", 0)["outputs"]["surface"]["silent"], 1);
}

TEST_F(Geometry, ZeroGainsPinTheirColumnsToTheBias) {
  Save("g.npy", {1, 0, 2});
  Save("b.npy", {0, 5, 0});
  Save("y.npy", MakeArray(kF32, {2, 3}, {0.5, 5, -0.5, 0.5, 4, -0.5}));
  const auto json = Json("--gamma g.npy --beta b.npy --y y.npy", 1);
  EXPECT_TRUE(json["plane"].is_null());
  EXPECT_EQ(json["ellipsoid"]["axes"], 2);
  EXPECT_EQ(json["outputs"]["zero_gains"]["broken_rows"].dump(), "[1]");
  const Outcome outcome = Execute("geometry --gamma g.npy --beta b.npy --y y.npy");
  EXPECT_NE(outcome.out.find("worst row 1: 1 column not RN(beta)\n"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("hyperplane  none: a zero gain leaves the other columns free\n"), std::string::npos);
}

TEST_F(Geometry, OneColumnAndNoRows) {
  Save("g.npy", {3});
  Save("x.npy", MakeArray(kF32, {0, 1}, {}));
  const auto json = Json("--gamma g.npy --x x.npy", 0);
  EXPECT_EQ(json["ellipsoid"]["axes"], 0);
  EXPECT_EQ(json["outputs"]["rows"], 0);
  EXPECT_NE(Execute("geometry --gamma g.npy").out.find("ellipsoid   the point beta\n"), std::string::npos);
}

// One symbol per output and per kind, as gnuplot writes them: circles (6) and crosses (1).
TEST_F(Geometry, APictureHasAllThatThereIsToSee) {
  Save("g.npy", {1, 0.5, 1.5});
  std::vector<double> x;
  for (int i = 0; i < 30; ++i) x.push_back(std::sin(i * 1.7) * (i % 5));
  Save("x.npy", MakeArray(kF32, {10, 3}, x));
  ASSERT_EQ(Execute("run --gamma g.npy --x x.npy --y y.npy").exit_code, 0);
  NpyArray y = Load("y.npy");
  Store(kF32, y.data(), 4, One(kF32));
  Save("y.npy", y);
  const Outcome outcome = Execute("geometry --gamma g.npy --x x.npy --y y.npy --picture p.svg");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.error;
  const std::string svg = Bytes("p.svg");
  EXPECT_EQ(Count(svg, "<use xlink:href='#gpPt6' transform"), 9u + 1u);  // and one in the key
  EXPECT_EQ(Count(svg, "<use xlink:href='#gpPt1' transform"), 1u + 1u);
  for (const std::string text :
       {"hyperplane", "ellipse", "semi-axes, with their lengths", "outputs breaking a claim"}) {
    EXPECT_NE(svg.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(Execute("geometry --gamma g.npy --x x.npy --y y.npy --picture q.svg").exit_code, 1);
  EXPECT_EQ(Bytes("q.svg"), svg);
}

TEST_F(Geometry, PicturesOfEveryKindRender) {
  Save("g3.npy", {1, 0.5, 1.5});
  Save("z3.npy", {1, 0, 1.5});
  Save("g8.npy", {2, 1.5f, 1.2f, 1, 1, 0.8f, 0.5f, 0.001f});
  std::vector<double> x;
  for (int i = 0; i < 48; ++i) x.push_back(std::sin(i * 1.7) * (i % 5));
  Save("x3.npy", MakeArray(kF32, {16, 3}, x));
  Save("x8.npy", MakeArray(kF32, {6, 8}, x));
  for (const std::string arguments :
       {"--gamma g3.npy", "--gamma g3.npy --x x3.npy", "--gamma z3.npy --x x3.npy",
        "--gamma g3.npy --x x3.npy --op rms_norm", "--gamma g8.npy", "--gamma g8.npy --x x8.npy"}) {
    const Outcome outcome = Execute("geometry " + arguments + " --picture p.svg");
    EXPECT_EQ(outcome.exit_code, 0) << arguments << outcome.error;
    EXPECT_EQ(outcome.error, "") << arguments;
    const std::string render = "rsvg-convert '" + Path("p.svg").string() + "' -o '" + Path("p.png").string() + "'";
    EXPECT_EQ(std::system(render.c_str()), 0) << arguments;
    EXPECT_GT(Bytes("p.png").size(), 5000u) << arguments;
  }
}

TEST_F(Geometry, APictureThatCannotBeIsRefused) {
  Save("g.npy", {1, 1, 2});
  Save("one.npy", {1, 2});
  Save("zero.npy", {0, 0, 0});
  Save("huge.npy", MakeArray(kF64, {3}, {1e200, 1, 1}));
  ExpectRefusal("--gamma g.npy --picture p.svg",
                "--picture p.svg: gnuplot draws the picture and is not here; install the package gnuplot-nox",
                "PATH=/nowhere");
  ExpectRefusal("--gamma g.npy --picture p.png",
                "--picture p.png: does not end in .svg, which is what is written; rename it");
  ExpectRefusal("--gamma one.npy --picture p.svg",
                "--picture: there is only one axis to draw, a picture takes two; give "
                "a gamma with more gains that are not zero");
  ExpectRefusal("--gamma zero.npy --picture p.svg",
                "--picture: there is no axis to draw, a picture takes two; give "
                "a gamma with more gains that are not zero");
  ExpectRefusal("--gamma huge.npy --picture p.svg",
                "--picture: gamma or beta is too large or too small to be drawn; scale them");
  Write("gnuplot", "#!/bin/sh\necho 'gnuplot> plot' >&2\necho '   line 7: no such thing' >&2\nexit 3\n");
  std::filesystem::permissions(Path("gnuplot"), std::filesystem::perms::owner_all);
  ExpectRefusal("--gamma g.npy --picture p.svg",
                "--picture p.svg: gnuplot failed (line 7: no such thing); gnuplot-nox 5.4 is known to work",
                "PATH=$PWD");
}

TEST_F(Geometry, BadInputIsRefused) {
  Save("g.npy", {1, 2, 3});
  Save("g2.npy", MakeArray(kF32, {2, 2}, {1, 2, 3, 4}));
  Save("b2.npy", {1, 2});
  Save("b64.npy", MakeArray(kF64, {3}, {1, 2, 3}));
  Save("x.npy", MakeArray(kF32, {1, 3}, {1, 2, 3}));
  Save("y.npy", MakeArray(kF32, {2, 3}, {1, 2, 3, 1, 2, 3}));
  Save("y4.npy", MakeArray(kF32, {2, 4}, {1, 2, 3, 1, 2, 3, 4, 5}));
  NpyArray nan = MakeArray(kF32, {3}, {1, 2, 3});
  Store(kF32, nan.data(), 2, kF32.nan);
  Save("nan.npy", nan);
  ExpectRefusal("", "--gamma is missing; give --gamma FILE, or see --help");
  ExpectRefusal("--gamma g2.npy", "--gamma g2.npy: has shape (2, 2); give one gain per column, as in (2,)");
  ExpectRefusal("--gamma g.npy --beta b2.npy",
                "--beta b2.npy: has shape (2,) but --gamma g.npy has (3,); give one bias per gain");
  ExpectRefusal("--gamma g.npy --beta b64.npy",
                "--beta b64.npy: is f64 but --gamma g.npy is f32; save both in one format");
  ExpectRefusal("--gamma g.npy --y y4.npy",
                "--y y4.npy: has rows of 4 elements but --gamma g.npy has 3; give rows for this gamma");
  ExpectRefusal("--gamma g.npy --x x.npy --y y.npy",
                "--y y.npy: has shape (2, 3) but --x x.npy has (1, 3); give the result for this x");
  ExpectRefusal("--gamma nan.npy",
                "--gamma nan.npy: has a NaN or an infinity in column 2; there is no ellipsoid for it");
  ExpectRefusal("--gamma g.npy --beta nan.npy",
                "--beta nan.npy: has a NaN or an infinity in column 2; there is no ellipsoid for it");
  ExpectRefusal("--gamma g.npy --op batch_norm", "--op batch_norm: is not an operation; use layer_norm or rms_norm");
  ExpectRefusal("--gamma g.npy --eps -1", "--eps -1: is negative; give a finite number >= 0, such as 1e-5");
  EXPECT_EQ(Execute("geometry --gamma g.npy --axes -1").exit_code, 2);
}

}  // namespace
}  // namespace exactnorm::command
