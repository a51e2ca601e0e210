// SPDX-License-Identifier: Apache-2.0
// With A and D of the definition, z - b = A / sqrt(D): an error bound is two comparisons of A / sqrt(D) with a dyadic
// rational, which exact::CompareQuotient decides by squares.
#include "tests/laws/oracle.h"

#include <algorithm>

#include "lib/exact/moments.h"
#include "lib/exact/rounding.h"
#include "lib/exact/row.h"
#include "lib/reference/certificate.h"

namespace exactnorm::laws {
namespace {

using exact::CompareQuotient;
using exact::Dyadic;
using exact::ToDyadic;

Dyadic Abs(const Dyadic& a) { return a.sign() < 0 ? -a : a; }

Dyadic PowerOfTwo(int exponent) { return {1, exponent}; }

// e with 2^e <= |a| / sqrt(d) + |b| < 2^(e + 1); the sum is not 0. The enclosure is narrower than a binade, so it
// leaves at most two candidates and one comparison.
int ScaleExponent(const Dyadic& a, const exact::Radicand& d, const Dyadic& b) {
  using exact::Enclosure;
  std::optional<Enclosure> scale;
  if (a.sign() != 0) scale = Divide(exact::Enclose(Abs(a)), d.root);
  if (b.sign() != 0) {
    const Enclosure bias = exact::Enclose(Abs(b));
    scale = scale ? Add(*scale, bias) : bias;
  }
  const int e = scale->exponent + 63;  // the top bit of high is set
  return CompareQuotient(Abs(a), d.value, PowerOfTwo(e) - Abs(b)) >= 0 ? e : e - 1;
}

// |y - (a / sqrt(d) + b)| <= 2^exponent
bool Within(const Dyadic& y, const Dyadic& a, const Dyadic& d, const Dyadic& b, int exponent) {
  const Dyadic t = y - b;
  return CompareQuotient(a, d, t - PowerOfTwo(exponent)) >= 0 && CompareQuotient(a, d, t + PowerOfTwo(exponent)) <= 0;
}

class Exact final : public Oracle {
 public:
  rows::Answer Answer(const rows::Problem& problem) const override {
    rows::Packed packed(problem);
    exact::NormalizeRow(packed.row());
    return packed.answer();
  }

  std::optional<size_t> FirstWrong(const rows::Problem& problem, const rows::Bits& y) const override {
    rows::Packed packed(problem);
    packed.set_answer({y, 0, 0});
    Row row = packed.row();
    row.mean = row.rstd = nullptr;
    const auto refusal = reference::Certify(row);
    if (!refusal) return std::nullopt;
    return refusal->column;
  }

  std::optional<size_t> FirstBeyond(const rows::Problem& p, const rows::Bits& y, Bound bound) const override {
    rows::Packed packed(p);
    const Row row = packed.row();
    const exact::Moments moments = exact::ComputeMoments(row).value();
    const exact::Radicand radicand(moments.radicand);
    const Format& f = *p.y_format;
    for (size_t i = 0; i < y.size(); ++i) {
      if (!IsFinite(f, y[i])) return i;
      Dyadic a = Dyadic{row.columns, 0} * ToDyadic(Decode(*p.x_format, p.x[i]));
      if (p.operation == EXACTNORM_LAYER_NORM) a = a - moments.sum;
      a = ToDyadic(Decode(*p.parameter_format, row.gamma_bits(i))) * a;
      const Dyadic b = ToDyadic(Decode(*p.parameter_format, row.beta_bits(i)));
      const Dyadic gain = ToDyadic(Decode(*p.parameter_format, row.gamma_bits(i)));
      const Dyadic rest = bound.of_the_row ? Abs(b) + Abs(gain) : Abs(b);  // of the scale
      int exponent = f.least_exponent;
      if (a.sign() != 0 || rest.sign() != 0)
        exponent = std::max(ScaleExponent(a, radicand, rest) - bound.bits, exponent);
      if (!Within(ToDyadic(Decode(f, y[i])), a, radicand.value, b, exponent)) return i;
    }
    return std::nullopt;
  }

  bool MeanWithinUlp(const rows::Problem& p, uint64_t mean) const override {
    Dyadic sum{0, 0};
    Dyadic sum_of_magnitudes{0, 0};
    for (const uint64_t bits : p.x) {
      const Dyadic x = ToDyadic(Decode(*p.x_format, bits));
      sum = sum + x;
      sum_of_magnitudes = sum_of_magnitudes + Abs(x);
    }
    const exact::Radicand n_squared(Square(Dyadic{p.x.size(), 0}));
    return WithinUlp(*p.statistics_format, mean, sum, sum_of_magnitudes, n_squared);
  }

  bool RstdWithinUlp(const rows::Problem& p, uint64_t rstd) const override {
    rows::Packed packed(p);
    const exact::Radicand radicand(exact::ComputeMoments(packed.row()).value().radicand);
    const Dyadic n{p.x.size(), 0};
    return WithinUlp(*p.statistics_format, rstd, n, n, radicand);
  }

 private:
  // |v - a / sqrt(d)| <= 1 ulp of scale / sqrt(d)
  static bool WithinUlp(const Format& f, uint64_t v, const Dyadic& a, const Dyadic& scale, const exact::Radicand& d) {
    if (!IsFinite(f, v)) return false;
    const Dyadic zero{0, 0};
    int exponent = f.least_exponent;
    if (scale.sign() != 0) exponent = std::max(ScaleExponent(scale, d, zero) - (f.precision - 1), exponent);
    return Within(ToDyadic(Decode(f, v)), a, d.value, zero, exponent);
  }
};

}  // namespace

const Oracle& ExactOracle() {
  static const Exact oracle;
  return oracle;
}

}  // namespace exactnorm::laws
