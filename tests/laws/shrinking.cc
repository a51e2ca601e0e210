// SPDX-License-Identifier: Apache-2.0
#include "tests/laws/shrinking.h"

#include <algorithm>
#include <cmath>

#include "tests/laws/hard_rows.h"

namespace exactnorm::laws {
namespace {

constexpr size_t kShortRow = 24;  // from here on single elements are looked at

void EraseColumns(Case& c, size_t first, size_t count) {
  const auto erase = [&](rows::Bits& bits) {
    if (bits.empty()) return;
    bits.erase(bits.begin() + static_cast<ptrdiff_t>(first), bits.begin() + static_cast<ptrdiff_t>(first + count));
  };
  erase(c.row.x);
  erase(c.row.gamma);
  erase(c.row.beta);
  for (rows::Bits& other : c.others) erase(other);
}

// Patterns simpler than `bits` of the same format, the simplest first: 0, 1, whole numbers, then fewer bits.
rows::Bits SimplerNumbers(const Format& f, uint64_t bits) {
  rows::Bits simpler;
  if (Magnitude(f, bits) == 0) return bits == 0 ? simpler : rows::Bits{0};
  simpler.push_back(0);
  if (bits != One(f)) simpler.push_back(One(f));
  if (!IsFinite(f, bits)) {
    if (bits != f.nan && IsNan(f, bits)) simpler.push_back(f.nan);
    return simpler;
  }
  if (IsNegative(f, bits)) simpler.push_back(bits ^ f.sign);
  const uint64_t magnitude = Magnitude(f, bits);
  const uint64_t trailing = magnitude & (~magnitude + 1);  // the last significant bit goes, then half of them
  const double value = ToDouble(f, bits);
  if (std::fabs(value) < 0x1p50 && std::trunc(value) != value) simpler.push_back(FromDouble(f, std::trunc(value)));
  const int significant = f.precision - 1;
  for (int keep = 0; keep < significant; keep = 2 * keep + 1) {
    const uint64_t cut = (uint64_t{1} << (significant - keep)) - 1;
    if ((magnitude & cut) != 0) simpler.push_back(bits & ~cut);
  }
  if ((magnitude & ((uint64_t{1} << significant) - 1)) != 0) simpler.push_back(bits ^ trailing);
  return simpler;
}

template <class Change>
void Propose(std::vector<Case>& cases, const Case& c, const Change& change) {
  cases.push_back(c);
  change(cases.back());
}

void ProposeNumbers(std::vector<Case>& cases, const Case& c, const Format& f, rows::Bits rows::Problem::*member) {
  const rows::Bits& bits = c.row.*member;
  if (bits.size() > 1 && AllEqual(bits)) {  // together: alone none of them could change
    for (const uint64_t simpler : SimplerNumbers(f, bits[0])) {
      Propose(cases, c, [&](Case& s) { (s.row.*member).assign(bits.size(), simpler); });
    }
  }
  for (size_t i = 0; i < bits.size(); ++i) {
    for (const uint64_t simpler : SimplerNumbers(f, bits[i])) {
      Propose(cases, c, [&](Case& s) { (s.row.*member)[i] = simpler; });
    }
  }
}

}  // namespace

rc::Seq<Case> SimplerCases(const Case& c) {
  std::vector<Case> cases;
  const size_t n = c.row.x.size();
  // At most some 128 of these: a long row loses big pieces first.
  for (size_t count = n / 2; count >= 1 && count >= n / 64; count /= 2) {
    for (size_t first = 0; first + count <= n && n > 1; first += count) {
      Propose(cases, c, [&](Case& s) { EraseColumns(s, first, count); });
    }
  }
  for (size_t i = 0; i < c.others.size(); ++i) {
    Propose(cases, c, [&](Case& s) { s.others.erase(s.others.begin() + static_cast<ptrdiff_t>(i)); });
  }
  if (!c.row.gamma.empty()) Propose(cases, c, [](Case& s) { s.row.gamma.clear(); });
  if (!c.row.beta.empty()) Propose(cases, c, [](Case& s) { s.row.beta.clear(); });
  if (n <= kShortRow) {
    for (const double eps : {0.0, 1.0, 0x1p-10, 1e-5}) {
      if (c.row.eps == eps) break;
      Propose(cases, c, [&](Case& s) { s.row.eps = eps; });
    }
    if (c.choice != 0) {
      Propose(cases, c, [](Case& s) { s.choice = 0; });
      if (c.choice > 2) Propose(cases, c, [](Case& s) { s.choice %= 256; });
      if (c.choice > 1) Propose(cases, c, [](Case& s) { s.choice /= 2; });
      Propose(cases, c, [](Case& s) { --s.choice; });
    }
    ProposeNumbers(cases, c, *c.row.x_format, &rows::Problem::x);
    ProposeNumbers(cases, c, *c.row.parameter_format, &rows::Problem::gamma);
    ProposeNumbers(cases, c, *c.row.parameter_format, &rows::Problem::beta);
    for (size_t r = 0; r < c.others.size(); ++r) {
      for (size_t i = 0; i < n; ++i) {
        for (const uint64_t simpler : SimplerNumbers(*c.row.x_format, c.others[r][i])) {
          Propose(cases, c, [&](Case& s) { s.others[r][i] = simpler; });
        }
      }
    }
  }
  return rc::seq::fromContainer(std::move(cases));
}

}  // namespace exactnorm::laws
