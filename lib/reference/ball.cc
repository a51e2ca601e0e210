// SPDX-License-Identifier: Apache-2.0
#include "lib/reference/ball.h"

#include <utility>

namespace exactnorm::reference {
namespace {

// Boost counts precision in decimal digits and gives each result at least that many: 3 bits each at least.
unsigned Digits(int bits) { return static_cast<unsigned>(bits) / 3 + 1; }

Real PowerOfTwo(long exponent) { return ldexp(Real(1), exponent); }

// Half a unit in the last place of a number that was rounded to nearest once; 0 for an exact zero.
Real RoundingError(const Real& rounded) {
  if (rounded == 0) return 0;
  return abs(rounded) * PowerOfTwo(-mpfr_get_prec(rounded.backend().data()));
}

Real Up(const Real& radius) { return radius * (1 + PowerOfTwo(-50)); }

Real Exactly(const Number& n) {
  const Real v = ldexp(Real(n.significand), n.exponent);
  return n.negative ? Real(-v) : v;
}

}  // namespace

Precision::Precision(int bits) : previous_digits_(Real::default_precision()) { Real::default_precision(Digits(bits)); }
Precision::~Precision() { Real::default_precision(previous_digits_); }

Ball::Ball(const Number& exact) : center_(Exactly(exact)), radius_(0) {}
Ball::Ball(uint64_t exact) : center_(exact), radius_(0) {}
Ball::Ball(Real center, const Real& propagated)
    : center_(std::move(center)), radius_(Up(propagated + RoundingError(center_))) {}

// One more rounding at the ends: of at most RoundingError(center + radius).
Real Ball::lower() const {
  const Real end = center_ - radius_;
  return radius_ == 0 ? end : Real(end - Up(RoundingError(end)));
}
Real Ball::upper() const {
  const Real end = center_ + radius_;
  return radius_ == 0 ? end : Real(end + Up(RoundingError(end)));
}

Ball operator+(const Ball& a, const Ball& b) { return {a.center_ + b.center_, a.radius_ + b.radius_}; }
Ball operator-(const Ball& a, const Ball& b) { return {a.center_ - b.center_, a.radius_ + b.radius_}; }

Ball operator*(const Ball& a, const Ball& b) {
  return {a.center_ * b.center_, abs(a.center_) * b.radius_ + abs(b.center_) * a.radius_ + a.radius_ * b.radius_};
}

// |x / y - a / b| = |(x - a) - (a / b)(y - b)| / |y| <= (ra + |a / b| rb) / (|b| - rb)
Ball operator/(const Ball& a, const Ball& b) {
  const Real least = abs(b.center_) - Up(b.radius_);
  if (least <= 0) throw TooWide();
  const Real quotient = a.center_ / b.center_;
  return {quotient, (a.radius_ + abs(quotient) * b.radius_) / least};
}

// |sqrt(x) - sqrt(a)| = |x - a| / (sqrt(x) + sqrt(a)) <= ra / sqrt(a)
Ball Sqrt(const Ball& a) {
  if (a.center_ <= Up(a.radius_)) throw TooWide();
  const Real root = sqrt(a.center_);
  return {root, a.radius_ / root};
}

// MPFR gives the number as an integer times a power of two. Its top 63 bits, with any bit below set into the
// last one, round as the number does: every format has fewer than 62 bits.
uint64_t RoundToFormat(const Format& f, const Real& v) {
  const bool negative = mpfr_signbit(v.backend().data()) != 0;
  if (v == 0) return WithSign(f, negative, 0);
  mpz_t integer;
  mpz_init(integer);
  auto exponent = static_cast<int>(mpfr_get_z_2exp(integer, v.backend().data()));
  mpz_abs(integer, integer);
  const auto excess = static_cast<int>(mpz_sizeinbase(integer, 2)) - 63;
  uint64_t sticky = 0;
  if (excess > 0) {
    sticky = mpz_scan1(integer, 0) < static_cast<mp_bitcnt_t>(excess) ? 1 : 0;
    mpz_tdiv_q_2exp(integer, integer, static_cast<mp_bitcnt_t>(excess));
    exponent += excess;
  }
  const uint64_t top = mpz_get_ui(integer) | sticky;
  mpz_clear(integer);
  return WithSign(f, negative, RoundMagnitude(f, top, exponent));
}

}  // namespace exactnorm::reference
