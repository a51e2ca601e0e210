// SPDX-License-Identifier: Apache-2.0
// The search finds what random rows do not have, says only what is true, and is the same for a number of steps.
#include "bench/measure/search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/measurement.h"

namespace exactnorm::measure {
namespace {

const Subject& Named(const std::vector<Subject>& subjects, const std::string& name) {
  for (const Subject& s : subjects) {
    if (s.name == name) return s;
  }
  throw std::out_of_range(name);
}

Record Searched(const std::string& name, uint64_t steps, const Format& f = kF32) {
  const std::vector<Subject> subjects = Subjects(EXACTNORM_LAYER_NORM, f);
  return WorstCase({EXACTNORM_LAYER_NORM, &f, 1e-5, 1}, Named(subjects, name).run, 60, steps);
}

TEST(Search, FindsTheRecordInItsRowAgain) {
  const Format& f = kF32;
  const Record record = Searched("two-pass f32", 3000);
  ASSERT_TRUE(record.figures.worst());
  EXPECT_EQ(record.steps, 3000u);
  const Element& worst = *record.figures.worst();
  ASSERT_EQ(worst.row_x.size(), 8u);
  float x[8], y[8];
  for (size_t i = 0; i < 8; ++i) {
    x[i] = static_cast<float>(Value(f, worst.row_x[i]));
    EXPECT_TRUE(x[i] == 0 || (std::abs(x[i]) >= 0x1p-14f && std::abs(x[i]) <= 0x1p15f)) << x[i];
  }
  const Row row{EXACTNORM_LAYER_NORM, &f, &f, &f, &f, 8, 1e-5, x, nullptr, nullptr, y, nullptr, nullptr};
  Named(Subjects(EXACTNORM_LAYER_NORM, f), "two-pass f32").run(row);
  ErrorFigures again;
  again.Add(row, ExactAnswers(row), y, 0);
  EXPECT_GE(again.max_ulps(), record.figures.max_ulps());
  EXPECT_GE(abs(worst.answer.value), 0.5);
}

TEST(Search, BeatsRandomRows) {
  // On N(0,1) rows answers of this size are off by some ulps; the search finds rows where nothing is left.
  EXPECT_GT(Searched("two-pass f32", 3000).figures.max_ulps(), 1000);
  EXPECT_GT(Searched("one-pass f32", 3000).figures.max_ulps(), 100000);
  EXPECT_GT(Searched("one-pass f32", 3000).nan_rows, 0u);
}

TEST(Search, NeverFindsThisLibraryWrong) {
  for (const Format* f : kFormats) {
    const Record record = Searched("exactnorm", 2000, *f);
    EXPECT_LE(record.figures.max_ulps(), 0.5) << f->name;
    EXPECT_EQ(record.figures.wrong(), 0u);
    EXPECT_EQ(record.nan_rows, 0u);
    // It does look for hard cases: 16,000 random outputs come within 1e-3 of a midpoint.
    EXPECT_GT(record.figures.max_ulps(), 0.499) << f->name;
  }
}

TEST(Search, IsTheSameForANumberOfSteps) {
  const Record a = Searched("Welford f16", 500, kF16), b = Searched("Welford f16", 500, kF16);
  EXPECT_EQ(a.figures.max_ulps(), b.figures.max_ulps());
  EXPECT_EQ(a.figures.worst()->row_x, b.figures.worst()->row_x);
  EXPECT_GE(Searched("Welford f16", 1000, kF16).figures.max_ulps(), a.figures.max_ulps());
}

TEST(Search, EndsWhenItsTimeIsOver) {
  const std::vector<Subject> subjects = Subjects(EXACTNORM_RMS_NORM, kBF16);
  const Record record = WorstCase({EXACTNORM_RMS_NORM, &kBF16, 1e-5, 1}, subjects[1].run, 0);
  EXPECT_EQ(record.steps, 1u);
}

}  // namespace
}  // namespace exactnorm::measure
