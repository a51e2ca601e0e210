// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/search.h"

#include <array>
#include <chrono>
#include <optional>
#include <random>

namespace exactnorm::measure {
namespace {

using Engine = std::mt19937_64;

constexpr size_t kColumns = Element::kShortRow;
constexpr int kPatience = 400;  // steps without progress before a fresh start
using Bits = std::array<uint64_t, kColumns>;

// What a row scores: the error of its worst qualifying column.
struct Score {
  Real ulps = -1;
  size_t column = 0;
  bool misplaced = false;
};

class Climber {
 public:
  Climber(const Search& search, const std::function<void(const Row& row)>& subject)
      : search_(search),
        f_(*search.format),
        subject_(subject),
        engine_(search.seed),
        least_(RoundMagnitude(f_, 1, -14)),
        largest_(RoundMagnitude(f_, 1, 15)) {}

  void Step() {
    ++record_.steps;
    Bits next = row_;
    if (stale_ >= kPatience || record_.steps == 1) {
      Restart(next);
      current_ = -1;
      stale_ = 0;
    } else {
      Mutate(next);
    }
    const Score score = Evaluate(next);
    if (score.misplaced) ++record_.nan_rows;
    if (score.ulps >= current_ && !score.misplaced) {
      stale_ = score.ulps > current_ ? 0 : stale_ + 1;
      current_ = score.ulps;
      row_ = next;
    } else {
      ++stale_;
    }
    if (!score.misplaced && score.ulps > best_) {
      best_ = score.ulps;
      best_row_ = next;
      best_column_ = score.column;
    }
  }

  Record Finish() {
    if (best_ < 0) return record_;
    const Row row = Run(best_row_);
    const std::array<size_t, 1> columns{best_column_};
    record_.figures.Add(row, columns, ExactAnswers(row, columns), y_.data(), 0);
    return record_;
  }

 private:
  uint64_t Random(uint64_t below) { return engine_() % below; }

  uint64_t Allowed(uint64_t bits) const {
    const uint64_t magnitude = Magnitude(f_, bits);
    if (magnitude != 0 && (magnitude < least_ || magnitude > largest_)) return One(f_);
    return bits;
  }

  // Numbers around a common one, as far apart as chance has it: rows that do not spread are where kernels fail.
  void Restart(Bits& row) {
    const uint64_t center = least_ + Random(largest_ - least_);
    const auto spread = static_cast<unsigned>(Random(static_cast<uint64_t>(f_.precision) + 5));
    for (uint64_t& x : row) {
      x = Allowed(center ^ Random(uint64_t{1} << spread));
      if (spread > static_cast<unsigned>(f_.precision) && Random(2) == 0) x |= f_.sign;
    }
  }

  void Mutate(Bits& row) {
    uint64_t& x = row[Random(kColumns)];
    switch (Random(5)) {
      case 0: x ^= uint64_t{1} << Random(static_cast<uint64_t>(f_.precision) + 2); break;
      case 1: x = NextUp(f_, x); break;
      case 2: x = NextDown(f_, x); break;
      case 3: x = row[Random(kColumns)] ^ Random(uint64_t{1} << Random(static_cast<uint64_t>(f_.precision))); break;
      default: x ^= f_.sign; break;
    }
    x = Allowed(x);
  }

  Row Run(const Bits& bits) {
    for (size_t i = 0; i < kColumns; ++i) Store(f_, x_.data(), i, bits[i]);
    const Row row{search_.operation, &f_,     &f_,     &f_,       &f_,     kColumns, search_.eps,
                  x_.data(),         nullptr, nullptr, y_.data(), nullptr, nullptr};
    subject_(row);
    return row;
  }

  Score Evaluate(const Bits& bits) {
    const Row row = Run(bits);
    const std::vector<ExactAnswer> answers = ExactAnswers(row);
    Score score;
    for (size_t i = 0; i < kColumns; ++i) {
      if (answers[i].kind != Kind::kReal || !IsFinite(f_, answers[i].rounded)) continue;
      const uint64_t y = Load(f_, y_.data(), i);
      if (!IsFinite(f_, y)) {
        score.misplaced = true;
      } else if (abs(answers[i].value) >= 0.5) {
        const Real ulps = abs(SignedUlpError(f_, y, answers[i]));
        if (ulps > score.ulps) {
          score.ulps = ulps;
          score.column = i;
        }
      }
    }
    return score;
  }

  const Search search_;
  const Format& f_;
  const std::function<void(const Row& row)>& subject_;
  Engine engine_;
  const uint64_t least_, largest_;
  std::array<unsigned char, 8 * kColumns> x_{}, y_{};
  Bits row_{}, best_row_{};
  Real current_ = -1, best_ = -1;
  size_t best_column_ = 0;
  int stale_ = 0;
  Record record_;
};

}  // namespace

Record WorstCase(const Search& search, const std::function<void(const Row& row)>& subject, double seconds,
                 uint64_t most_steps) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  Climber climber(search, subject);
  for (uint64_t steps = 0; steps == 0 || (steps < most_steps && Clock::now() < end); ++steps) climber.Step();
  return climber.Finish();
}

}  // namespace exactnorm::measure
