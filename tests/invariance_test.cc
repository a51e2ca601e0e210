// SPDX-License-Identifier: Apache-2.0
// Nothing but a row's own numbers decides its result: each of these is a property of the public call, over all
// combinations of formats, and every answer is compared with the exact stage's, bit for bit.
#include <algorithm>
#include <cfenv>
#include <numeric>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "lib/fast/target.h"
#include "lib/stages.h"
#include "tests/rows/any_call.h"
#include "tests/threads/thread_executor.h"

namespace exactnorm {
namespace {

using rows::Answer;
using rows::Answers;
using rows::Bits;
using rows::ExpectOfAnyCall;
using rows::Generator;
using rows::Matrix;
using rows::Placed;
using rows::Placement;

TEST(Invariance, UnderPermutationOfARow) {
  ExpectOfAnyCall("permuting a row with its gains permutes the result",
                  [](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
                    std::vector<size_t> order(matrix.first.x.size());
                    std::iota(order.begin(), order.end(), size_t{0});
                    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
                    const auto permuted = [&](const Bits& bits) {
                      Bits result;
                      for (size_t i = 0; i < bits.size(); ++i) result.push_back(bits[order[i]]);
                      return result;
                    };
                    Matrix moved = matrix;
                    for (Bits* bits : {&moved.first.x, &moved.first.gamma, &moved.first.beta}) *bits = permuted(*bits);
                    for (Bits& x : moved.others) x = permuted(x);
                    std::vector<Answer> expected = answers;
                    for (Answer& answer : expected) answer.y = permuted(answer.y);
                    Placed placed(moved, {});
                    RC_ASSERT(Answers(placed) == expected);
                  });
}

TEST(Invariance, UnderSplittingABatch) {
  ExpectOfAnyCall("calls for some of the rows each give what one call for all gives",
                  [](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
                    Placed placed(matrix, {});
                    const exactnorm_call all = placed.call();
                    const auto bytes = [&](const Format& f, size_t n) { return n * static_cast<size_t>(f.bytes); };
                    const auto after = [](auto* array, size_t n) -> decltype(array) {
                      using Byte = std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(array)>>,
                                                      const unsigned char, unsigned char>;
                      return array == nullptr ? nullptr : static_cast<Byte*>(array) + n;
                    };
                    for (size_t row = 0; row < all.rows;) {
                      exactnorm_call part = all;
                      part.rows = 1 + random.Below(all.rows - row);
                      part.x = after(all.x, bytes(*matrix.first.x_format, row * all.x_stride));
                      part.y = after(all.y, bytes(*matrix.first.y_format, row * all.y_stride));
                      part.mean = after(all.mean, bytes(*matrix.first.statistics_format, row));
                      part.rstd = after(all.rstd, bytes(*matrix.first.statistics_format, row));
                      RC_ASSERT(exactnorm_normalize(&part, nullptr) == EXACTNORM_OK);
                      row += part.rows;
                    }
                    RC_ASSERT(placed.answers() == answers);
                  });
}

TEST(Invariance, UnderTheNumberOfThreads) {
  ExpectOfAnyCall("any number of threads gives the same",
                  [](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
                    Placed placed(matrix, {});
                    threads::ThreadExecutor executor{1 + random.Below(4)};
                    exactnorm_call call = placed.call();
                    call.parallel_for = &threads::ParallelFor;
                    call.pool = &executor;
                    RC_ASSERT(exactnorm_normalize(&call, nullptr) == EXACTNORM_OK);
                    RC_ASSERT((executor.tasks > 0) == (matrix.rows() > 1));
                    RC_ASSERT(placed.answers() == answers);
                  });
}

TEST(Invariance, UnderTheAlignmentOfEveryArray) {
  ExpectOfAnyCall("arrays at any addresses give the same",
                  [](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
                    Placement placement;
                    placement.x_offset = random.Below(64);
                    placement.y_offset = random.Below(64);
                    placement.gamma_offset = random.Below(64);
                    placement.beta_offset = random.Below(64);
                    Placed placed(matrix, placement);
                    RC_ASSERT(Answers(placed) == answers);
                    RC_ASSERT(placed.others_untouched());
                  });
}

TEST(Invariance, UnderStrides) {
  ExpectOfAnyCall("rows at any distances give the same, and what lies between them stays",
                  [](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
                    Placement placement;
                    placement.x_gap = random.Below(40);
                    placement.y_gap = random.Below(40);
                    Placed placed(matrix, placement);
                    RC_ASSERT(Answers(placed) == answers);
                    RC_ASSERT(placed.others_untouched());
                  });
}

TEST(Invariance, UnderWorkingInPlace) {
  ExpectOfAnyCall("y may be x itself", [](Generator& random, const Matrix& any, const std::vector<Answer>&) {
    Matrix matrix = any;
    matrix.first.y_format = matrix.first.x_format;
    Placement placement;
    placement.in_place = true;
    placement.x_gap = random.Below(2) * random.Below(40);
    placement.x_offset = random.Below(2) * random.Below(64);
    Placed placed(matrix, placement);
    RC_ASSERT(Answers(placed) == ExactAnswers(matrix));
    RC_ASSERT(placed.others_untouched());
  });
}

// x of 24 KiB, of one row or of some together, is copied to a scratch, more to the heap.
TEST(Invariance, UnderWorkingInPlaceAroundTheScratch) {
  constexpr size_t kScratch = size_t{24} << 10;
  Generator random(1);
  for (const Format* f : kFormats) {
    for (const size_t together : {1u, 2u, 3u, 5u}) {
      const size_t edge = kScratch / together / static_cast<size_t>(f->bytes);
      for (const size_t n : {edge - 1, edge, edge + 1}) {
        Matrix matrix{{EXACTNORM_LAYER_NORM, f, f, f, f, 1e-5, {}, {}, {}}, {}};
        const auto bell = [&] { return random.Numbers(*f, rows::Family::kBell, n); };
        matrix.first.x = bell();
        matrix.first.gamma = bell();
        for (size_t i = 1; i < 2 * together + 1; ++i) matrix.others.push_back(bell());
        Placed placed(matrix, {.in_place = true});
        const exactnorm_call call = placed.call();
        ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
        EXPECT_TRUE(placed.answers() == ExactAnswers(matrix)) << f->name << " " << together << " " << n;
      }
    }
  }
}

TEST(Invariance, UnderPreparationOfTheParameters) {
  ExpectOfAnyCall("prepared parameters give the same",
                  [](Generator&, const Matrix& matrix, const std::vector<Answer>& answers) {
                    Placement placement;
                    placement.prepared = true;
                    Placed placed(matrix, placement);
                    RC_ASSERT(Answers(placed) == answers);
                  });
}

// As exactnorm_normalize takes rows through the stages, but with a target of one's own.
std::vector<Answer> AnswersOf(const fast::Target& target, Placed& placed) {
  const exactnorm_call call = placed.call();
  CheckedCall checked{};
  RC_ASSERT(CheckArguments(&call, &checked) == EXACTNORM_OK);
  const Stages stages(checked, &target);
  RC_ASSERT(stages.Normalize(0, checked.rows.count) == checked.rows.count);
  return placed.answers();
}

TEST(Invariance, UnderTheTarget) {
  ExpectOfAnyCall("every instruction set gives the same",
                  [](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
                    const Placement placement{.x_offset = random.Below(3), .y_offset = random.Below(3)};
                    for (const fast::Target& target : fast::BuiltTargets()) {
                      if (!target.supported) continue;
                      Placed placed(matrix, placement);
                      RC_ASSERT(AnswersOf(target, placed) == answers);
                    }
                  });
}

// While it lives, this thread rounds in some direction and, on x86, may flush to zero and take subnormals for zeros.
class Environment {
 public:
  Environment(int mode, bool flush, bool zeros) {
    std::fesetround(mode);
#if defined(__SSE2__)
    _mm_setcsr(_mm_getcsr() | (flush ? 0x8000u : 0u) | (zeros ? 0x40u : 0u));
#endif
    set_ = Control();
  }
  ~Environment() {
#if defined(__SSE2__)
    _mm_setcsr(_mm_getcsr() & ~0x8040u);
#endif
    std::fesetround(FE_TONEAREST);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  bool is_as_it_was() const { return Control() == set_; }

 private:
  // All but the exception flags.
  static unsigned Control() {
#if defined(__SSE2__)
    return _mm_getcsr() & ~0x3Fu;
#else
    return static_cast<unsigned>(std::fegetround());
#endif
  }
  unsigned set_;
};

TEST(Invariance, UnderTheCallersEnvironment) {
  ExpectOfAnyCall("the thread's rounding mode, FTZ and DAZ change nothing and are left as they were",
                  [](Generator& random, const Matrix& matrix, const std::vector<Answer>& answers) {
                    constexpr int kModes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST};
                    Placed placed(matrix, {.prepared = random.Below(2) != 0});
                    const exactnorm_call call = placed.call();
                    exactnorm_status status = EXACTNORM_OK;
                    bool kept = false;
                    {
                      const Environment environment(kModes[random.Below(4)], random.Below(2) != 0,
                                                    random.Below(2) != 0);
                      status = exactnorm_normalize(&call, nullptr);
                      kept = environment.is_as_it_was();
                    }
                    RC_ASSERT(status == EXACTNORM_OK);
                    RC_ASSERT(kept);
                    RC_ASSERT(placed.answers() == answers);
                  });
}

// An executor whose threads round upwards and flush to zero.
void InAnotherEnvironment(void* kept, size_t tasks, void (*task)(void*, size_t), void* argument) {
  const Environment environment(FE_UPWARD, true, true);
  for (size_t i = 0; i < tasks; ++i) {
    task(argument, i);
    if (!environment.is_as_it_was()) *static_cast<bool*>(kept) = false;
  }
}

TEST(Invariance, UnderTheEnvironmentOfTheExecutor) {
  ExpectOfAnyCall("an executor's threads may round as they like",
                  [](Generator&, const Matrix& matrix, const std::vector<Answer>& answers) {
                    Placed placed(matrix, {});
                    exactnorm_call call = placed.call();
                    bool kept = true;
                    call.parallel_for = &InAnotherEnvironment;
                    call.pool = &kept;
                    RC_ASSERT(exactnorm_normalize(&call, nullptr) == EXACTNORM_OK);
                    RC_ASSERT(kept);
                    RC_ASSERT(placed.answers() == answers);
                  });
}

}  // namespace
}  // namespace exactnorm
