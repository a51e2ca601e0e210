// SPDX-License-Identifier: Apache-2.0
// A real number known up to a radius: what the reference computes with, at any precision.
// Each operation encloses every value that it could have on the numbers enclosed by its operands.
#ifndef EXACTNORM_REFERENCE_BALL_H_
#define EXACTNORM_REFERENCE_BALL_H_

#include <boost/multiprecision/mpfr.hpp>
#include <cstdint>

#include "lib/formats/format.h"

namespace exactnorm::reference {

using Real = boost::multiprecision::mpfr_float;  // MPFR: correctly rounded, no over- or underflow here

// While it lives, results of Real have at least `bits` of precision. The setting is the process's.
class Precision {
 public:
  explicit Precision(int bits);
  ~Precision();
  Precision(const Precision&) = delete;
  Precision& operator=(const Precision&) = delete;

 private:
  unsigned previous_digits_;
};

// Thrown where an operand may be zero or negative and must not be: more precision is needed.
struct TooWide {};

// The numbers within `radius` of `center`. Radii are computed to nearest at 64 bits or more with at most
// eight operations each, so the factor kUp = 1 + 2^-50 over every result makes them upper bounds.
class Ball {
 public:
  explicit Ball(const Number& exact);  // of any format, exactly
  explicit Ball(uint64_t exact);
  Real lower() const;  // <= every number in the ball
  Real upper() const;
  const Real& radius() const { return radius_; }

  friend Ball operator+(const Ball& a, const Ball& b);
  friend Ball operator-(const Ball& a, const Ball& b);
  friend Ball operator*(const Ball& a, const Ball& b);
  friend Ball operator/(const Ball& a, const Ball& b);  // throws TooWide if b may be 0
  friend Ball Sqrt(const Ball& a);                      // throws TooWide if a may be <= 0

 private:
  Ball(Real center, const Real& propagated);  // adds the rounding of center itself

  Real center_;
  Real radius_;
};

// RN(v) in format f as bits, the sign of v kept on zero.
uint64_t RoundToFormat(const Format& f, const Real& v);

}  // namespace exactnorm::reference
#endif  // EXACTNORM_REFERENCE_BALL_H_
