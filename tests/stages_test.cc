// SPDX-License-Identifier: Apache-2.0
// Each stage as if it were the only one: calls with one stage or another switched off give the exact stage's bits, and
// what a stage certifies on its own is right (that also in tests/fast/rows_test.cc). And the target that is forced by
// EXACTNORM_TARGET is the one whose code runs: this program is a test per target.
#include "lib/stages.h"

#include <hwy/targets.h>

#include <algorithm>
#include <cctype>
#include <cfenv>
#include <cstdlib>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "tests/rows/any_call.h"

namespace exactnorm {
namespace {

using rows::Answer;
using rows::ExpectOfAnyCall;
using rows::Generator;
using rows::Matrix;
using rows::Placed;
using rows::Placement;

// What the stages of a call have been given and have left, of the target below.
struct Work {
  size_t fast_rows, fast_certified;
  size_t sharp_rows, sharp_certified;
};
Work work;
const fast::Target* real_target;

size_t Open(const Row& row, const fast::Undecided& undecided) {
  return undecided.declined() ? row.columns : undecided.columns().size();
}

void FindWindows(const Row& row, fast::Windows* windows) { real_target->find_windows(row, windows); }
void Fast(const Rows& rows, const fast::Windows& windows, bool stream, const fast::Finish& finish) {
  struct Counted {
    const Rows& rows;
    const fast::Finish& finish;
  } counted{rows, finish};
  const auto count = [](void* context, size_t first, std::span<fast::Undecided> undecided) {
    const auto& [all, next] = *static_cast<const Counted*>(context);
    work.fast_rows += undecided.size();
    for (const fast::Undecided& row : undecided) work.fast_certified += all.first.columns - Open(all.first, row);
    return next(first, undecided);
  };
  real_target->normalize_rows(rows, windows, stream, {count, &counted});
}
void NoFast(const Rows& rows, const fast::Windows&, bool, const fast::Finish& finish) {
  for (size_t i = 0; i < rows.count; ++i) {
    fast::Undecided whole;
    whole.Decline();
    if (!finish(i, {&whole, 1})) return;
  }
}
void Sharp(const Row& row, fast::Undecided* undecided) {
  ++work.sharp_rows;
  const size_t open = Open(row, *undecided);
  real_target->sharpen_row(row, undecided);
  work.sharp_certified += open - Open(row, *undecided);
}
void NoSharp(const Row&, fast::Undecided*) {}

enum class On { kFast, kSharp, kFastAndSharp, kExact };

// The exact stage is always there: it takes what the others leave.
std::vector<Answer> AnswersWith(On on, const fast::Target& target, Placed& placed) {
  real_target = &target;
  fast::Target chosen = target;
  chosen.find_windows = &FindWindows;
  chosen.normalize_rows = on == On::kSharp ? &NoFast : &Fast;
  chosen.sharpen_row = on == On::kFast ? &NoSharp : &Sharp;
  const exactnorm_call call = placed.call();
  CheckedCall checked{};
  RC_ASSERT(CheckArguments(&call, &checked) == EXACTNORM_OK);
  const Stages stages(checked, on == On::kExact ? nullptr : &chosen);
  RC_ASSERT(stages.Normalize(0, checked.rows.count) == checked.rows.count);
  return placed.answers();
}

void ExpectExactWith(On on, const std::string& sentence) {
  work = {};
  ExpectOfAnyCall(sentence, [on](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
    Placement placement;
    placement.in_place = *matrix.first.x_format == *matrix.first.y_format && random.Below(2) != 0;
    placement.x_offset = random.Below(4);
    for (const fast::Target& target : fast::BuiltTargets()) {
      if (!target.supported) continue;
      Placed placed(matrix, placement);
      RC_ASSERT(AnswersWith(on, target, placed) == answers);
      if (on == On::kExact) break;  // it knows no targets
    }
  });
}

TEST(Stages, FastAndExactAreRight) {
  ExpectExactWith(On::kFast, "without the sharp stage");
  EXPECT_GT(work.fast_certified, 100000u);
  EXPECT_EQ(work.sharp_rows, 0u);
}

TEST(Stages, SharpAndExactAreRight) {
  ExpectExactWith(On::kSharp, "without the fast stage");
  EXPECT_EQ(work.fast_rows, 0u);
  EXPECT_GT(work.sharp_certified, 100000u);
}

TEST(Stages, FastSharpAndExactAreRight) {
  ExpectExactWith(On::kFastAndSharp, "with all stages");
  EXPECT_GT(work.fast_certified, 100000u);
  EXPECT_GT(work.sharp_certified, 100000u);
}

// Rounding upwards and, on x86, flushing to zero: set aside while the SIMD stages run, and put back.
TEST(Stages, TheFastStageRunsInAnyEnvironmentOfTheCaller) {
  work = {};
  ExpectOfAnyCall("rounding upwards", [](Generator&, const Matrix& matrix, const std::vector<Answer>& answers) {
    Placed placed(matrix, {});
    std::fenv_t before;
    std::fegetenv(&before);
    std::fesetround(FE_UPWARD);
#if defined(__SSE2__)
    _mm_setcsr(_mm_getcsr() | 0x8040u);
    const unsigned control = _mm_getcsr();
#endif
    const bool is_right = AnswersWith(On::kFastAndSharp, *fast::ChosenTarget(), placed) == answers;
    bool is_kept = std::fegetround() == FE_UPWARD;
#if defined(__SSE2__)
    is_kept = is_kept && _mm_getcsr() == control;
#endif
    std::fesetenv(&before);
    RC_ASSERT(is_right && is_kept);
  });
  EXPECT_GT(work.fast_certified, 10000u);
}

TEST(Stages, ExactAloneIsRight) {
  ExpectExactWith(On::kExact, "the exact stage alone");
  EXPECT_EQ(work.fast_rows + work.sharp_rows, 0u);
}

TEST(Stages, RunTheTargetThatIsForced) {
  const char* const forced = std::getenv("EXACTNORM_TARGET");
  if (forced == nullptr) GTEST_SKIP() << "EXACTNORM_TARGET is not set";
  const fast::Target* const target = fast::ChosenTarget();
  const auto& built = fast::BuiltTargets();
  const bool runs =
      std::any_of(built.begin(), built.end(), [&](const fast::Target& t) { return t.name == forced && t.supported; });
  ASSERT_EQ(target != nullptr, runs) << forced;
  Matrix matrix{{EXACTNORM_LAYER_NORM, &kF32, &kF32, &kF32, &kF32, 1e-5, {0, One(kF32)}, {}, {}}, {}};
  Placed placed(matrix, {});
  const exactnorm_call call = placed.call();
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), runs ? EXACTNORM_OK : EXACTNORM_TARGET_UNAVAILABLE);
  if (!runs) GTEST_SKIP() << forced << " does not run here, and calls say so";
  EXPECT_STREQ(exactnorm_chosen_target(), forced);
  EXPECT_EQ(placed.answers(), ExactAnswers(matrix));
  std::string ran = hwy::TargetName(target->id());  // by the code itself
  std::transform(ran.begin(), ran.end(), ran.begin(), [](unsigned char c) { return std::tolower(c); });
  EXPECT_EQ(ran == "emu128" ? "scalar" : ran, forced);
}

}  // namespace
}  // namespace exactnorm
