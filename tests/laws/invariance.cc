// SPDX-License-Identifier: Apache-2.0
// What may be done to a row without changing its result, bit for bit. Asked on R of rows of small integers, whose sums
// and deviations are exact in every format and order, so that a sound kernel has nothing to round differently; and of
// any row where results are said to be correctly rounded.
#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "tests/laws/hard_rows.h"
#include "tests/laws/invocation.h"
#include "tests/laws/law.h"
#include "tests/laws/law_names.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Problem;

bool IsRowOfAsk(const Problem& p, const Ask& ask) {
  if (ask.axis == Axis::kRepeatability && !IsIntegerRow(p)) return false;
  return AllFinite(p) && !RadicandIsZero(p);
}

Case Row(rows::Generator& random, const Formats& f, const Ask& ask) {
  return {ask.axis == Axis::kRepeatability ? IntegerRow(random, f) : HardRow(random, f), {}, random.Below(1 << 16)};
}

Outcome Compare(const Format& f, const Bits& y, const Bits& expected, const std::string& done) {
  for (size_t i = 0; i < y.size(); ++i) {
    if (y[i] == expected[i] || (IsNan(f, y[i]) && IsNan(f, expected[i]))) continue;
    return Outcome::Broken(done + " makes y[" + std::to_string(i) + "] " + rows::HexFloat(f, y[i]) + " instead of " +
                           rows::HexFloat(f, expected[i]));
  }
  return Outcome::Held();
}

// Turned by choice / 2 places, and reversed for an even choice.
Bits Permuted(Bits bits, uint64_t choice) {
  if (bits.empty()) return bits;
  std::rotate(bits.begin(), bits.begin() + static_cast<ptrdiff_t>(choice / 2 % bits.size()), bits.end());
  if (choice % 2 == 0) std::reverse(bits.begin(), bits.end());
  return bits;
}

Outcome PermutationPermutes(const Subject& subject, const Oracle&, const Case& c, const Ask& ask) {
  if (!IsRowOfAsk(c.row, ask)) return Outcome::Inapplicable();
  Problem permuted = c.row;
  for (Bits* bits : {&permuted.x, &permuted.gamma, &permuted.beta}) *bits = Permuted(*bits, c.choice);
  return Compare(*c.row.y_format, InvokeRow(subject, permuted), Permuted(InvokeRow(subject, c.row), c.choice),
                 c.choice % 2 == 0 ? "reversing the row" : "turning the row");
}

// v + c where it is a number of f.
std::optional<uint64_t> ExactSum(const Format& f, double v, double c) {
  const double sum = v + c;
  const double part = sum - v;
  const double lost = (v - (sum - part)) + (c - part);  // of the sum in binary64, exactly
  const uint64_t bits = FromDouble(f, sum);
  if (lost != 0 || !IsFinite(f, bits) || ToDouble(f, bits) != sum) return std::nullopt;
  return bits;
}

Outcome ShiftChangesNothing(const Subject& subject, const Oracle&, const Case& c, const Ask& ask) {
  const Problem& p = c.row;
  if (p.operation != EXACTNORM_LAYER_NORM || !IsRowOfAsk(p, ask)) return Outcome::Inapplicable();
  double shift = static_cast<double>(1 + c.choice % 64);
  if (ask.axis == Axis::kAccuracy && c.choice % 2 == 0) shift = -ToDouble(*p.x_format, p.x[c.choice / 2 % p.x.size()]);
  Problem shifted = p;
  for (uint64_t& bits : shifted.x) {
    const auto sum = ExactSum(*p.x_format, ToDouble(*p.x_format, bits), shift);
    if (!sum) return Outcome::Inapplicable();
    bits = *sum;
  }
  return Compare(*p.y_format, InvokeRow(subject, shifted), InvokeRow(subject, p),
                 "adding " + rows::HexFloat(kF64, FromDouble(kF64, shift)) + " to every element");
}

// v 2^k where it is a number of f.
std::optional<uint64_t> ExactProduct(const Format& f, uint64_t bits, int k) {
  if (IsZero(f, bits)) return bits;
  const Number n = Decode(f, bits);
  const uint64_t scaled = WithSign(f, n.negative, RoundMagnitude(f, n.significand, n.exponent + k));
  if (!IsFinite(f, scaled) || IsZero(f, scaled)) return std::nullopt;
  const Number back = Decode(f, scaled);  // equal exactly if equal once the trailing zeros are gone
  const int a = std::countr_zero(n.significand);
  const int b = std::countr_zero(back.significand);
  if (n.significand >> a != back.significand >> b || n.exponent + k + a != back.exponent + b) return std::nullopt;
  return scaled;
}

Outcome ScalingChangesNothing(const Subject& subject, const Oracle&, const Case& c, const Ask& ask) {
  if (!IsRowOfAsk(c.row, ask)) return Outcome::Inapplicable();
  const int k = static_cast<int>(c.choice % 17) - 8;
  Problem scaled = c.row;
  for (uint64_t& bits : scaled.x) {
    const auto product = ExactProduct(*c.row.x_format, bits, k);
    if (!product) return Outcome::Inapplicable();
    bits = *product;
  }
  const auto eps = ExactProduct(kF64, FromDouble(kF64, c.row.eps), 2 * k);
  if (!eps) return Outcome::Inapplicable();
  scaled.eps = ToDouble(kF64, *eps);
  return Compare(*c.row.y_format, InvokeRow(subject, scaled), InvokeRow(subject, c.row),
                 "scaling by 2^" + std::to_string(k) + " and eps by 4^" + std::to_string(k));
}

// Zeros have no sign here: an exactly zero result is +0 on both sides.
Outcome SignTurnsAround(const Subject& subject, const Oracle&, const Case& c, const Ask& ask) {
  const Problem& p = c.row;
  if (!IsRowOfAsk(p, ask)) return Outcome::Inapplicable();
  Problem negated = p;
  for (uint64_t& bits : negated.x) bits ^= p.x_format->sign;
  for (uint64_t& bits : negated.beta) bits ^= p.parameter_format->sign;
  const Format& f = *p.y_format;
  Bits y = InvokeRow(subject, negated);
  Bits expected = InvokeRow(subject, p);
  for (uint64_t& bits : expected) bits = IsZero(f, bits) ? 0 : bits ^ f.sign;
  for (uint64_t& bits : y) bits = IsZero(f, bits) ? 0 : bits;
  return Compare(f, y, expected, "negating x and beta");
}

}  // namespace

std::vector<Law> InvarianceLaws() {
  const std::vector<Ask> asks{{Axis::kRepeatability, 1, true}, {Axis::kAccuracy, 2, false}};
  return {
      {names::kPermutation, Family::kInvariance, asks, Row, PermutationPermutes},
      {names::kShift, Family::kInvariance, asks, Row, ShiftChangesNothing},
      {names::kScale, Family::kInvariance, asks, Row, ScalingChangesNothing},
      {names::kSign, Family::kInvariance, asks, Row, SignTurnsAround},
  };
}

}  // namespace exactnorm::laws
