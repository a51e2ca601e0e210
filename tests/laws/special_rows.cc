// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/special_rows.h"

#include <algorithm>

#include "tests/laws/hard_rows.h"

namespace exactnorm::laws {
namespace {

using rows::Bits;
using rows::Generator;
using rows::Problem;

Problem ShortRow(Generator& random, const Formats& f) {
  Problem p = IntegerRow(random, f);
  const size_t n = std::min<size_t>(p.x.size(), 2 + random.Below(8));
  for (Bits* bits : {&p.x, &p.gamma, &p.beta}) bits->resize(std::min(bits->size(), n));
  return p;
}

uint64_t Infinity(Generator& random, const Format& f) { return WithSign(f, random.Below(2) != 0, f.infinity); }

}  // namespace

Case NonFiniteRow(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  uint64_t& b = p.x[random.Below(p.x.size())];
  b = random.Below(2) == 0 ? f.x->nan : Infinity(random, *f.x);
  return {p};
}

Case ZeroRadicand(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  p.eps = 0;
  const uint64_t all = p.operation == EXACTNORM_RMS_NORM ? 0 : random.Numbers(*f.x, rows::Family::kBell, 1)[0];
  std::fill(p.x.begin(), p.x.end(), all);
  return {p};
}

Case SpecialRow(Generator& random, const Formats& f, const Ask& ask) {
  return random.Below(2) == 0 ? NonFiniteRow(random, f, ask) : ZeroRadicand(random, f, ask);
}

Case SpecialParameters(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  const Format& g = *f.parameter;
  const size_t n = p.x.size();
  if (p.gamma.empty()) p.gamma.assign(n, One(g));
  if (p.beta.empty()) p.beta.assign(n, 0);
  for (size_t k = 1 + random.Below(3); k > 0; --k) {
    const size_t i = random.Below(n);
    const uint64_t kind = random.Below(6);
    if (kind < 1) p.gamma[i] = g.nan;
    if (kind == 1) p.beta[i] = g.nan;
    if (kind == 2 || kind == 3) p.gamma[i] = Infinity(random, g);
    if (kind >= 3) p.beta[i] = Infinity(random, g);
    if (random.Below(3) == 0) p.x[i] = 0;
    if (random.Below(6) == 0) std::fill(p.x.begin(), p.x.end(), FromDouble(*f.x, 3));
  }
  return {p};
}

Case LargeGains(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  p.eps = 1e-5;
  p.x.assign(5 + random.Below(20), 0);
  p.x[random.Below(p.x.size())] = FromDouble(*f.x, random.Below(2) == 0 ? 3 : -3);
  if (!p.beta.empty()) p.beta.assign(p.x.size(), One(*f.parameter));
  const Format& g = f.y->infinity < f.parameter->infinity && !(*f.parameter == kBF16) ? *f.y : *f.parameter;
  p.gamma = random.Numbers(g, rows::Family::kNearOverflow, p.x.size());
  for (uint64_t& b : p.gamma) b = FromDouble(*f.parameter, ToDouble(g, b));
  return {p};
}

Case Zeros(Generator& random, const Formats& f, const Ask&) {
  Problem p = ShortRow(random, f);
  const size_t n = p.x.size();
  const Format& g = *f.parameter;
  if (random.Below(2) == 0) {
    p.beta.assign(n, g.sign);
    p.gamma.assign(n, random.Below(2) == 0 ? g.sign : One(g) | g.sign);
  } else {
    p.beta.clear();
    p.gamma.assign(n, 1);
    for (uint64_t& x : p.x) x = FromDouble(*f.x, ToDouble(*f.x, x) / 64);
    p.eps = 1e6;
  }
  return {p};
}

}  // namespace exactnorm::laws
