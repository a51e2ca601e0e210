// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/claim_figures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace exactnorm::measure {
namespace {

using geometry::Numbers;
using geometry::Outcome;
using geometry::Verdict;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

exactnorm_format FormatCode(const Format& f) {
  if (f == kF64) return EXACTNORM_F64;
  if (f == kF32) return EXACTNORM_F32;
  return f == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

Numbers NumbersOf(const void* data, const Format& f, size_t columns) {
  return data == nullptr ? Numbers() : Numbers(data, FormatCode(f), columns);
}

void Expect(exactnorm_status status) {
  if (status == EXACTNORM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
}

double Off(Claim claim, const Verdict& v) {
  if (!std::isfinite(v.value)) return kInfinity;
  if (claim == Claim::kZeroGains) return v.value;
  if (claim == Claim::kInterior) return std::max(0.0, v.value - 1);
  // Far inside the ellipsoid value and target may both round to 1; the excess is still exact enough.
  const double distance = std::max(std::abs(v.value - v.target), v.excess);
  return distance == 0 || std::isinf(v.slack) ? 0 : distance / v.slack;
}

}  // namespace

const char* ClaimName(Claim claim) {
  constexpr const char* kNames[] = {"plane", "interior", "surface", "zero_gains"};
  return kNames[static_cast<size_t>(claim)];
}

const Verdict& VerdictOf(const geometry::RowVerdict& row, Claim claim) {
  if (claim == Claim::kPlane) return row.plane;
  if (claim == Claim::kInterior) return row.interior;
  return claim == Claim::kSurface ? row.surface : row.zero_gains;
}

void ClaimFigures::Add(const geometry::RowVerdict& verdict) {
  ++rows_;
  if (verdict.broken()) ++broken_rows_;
  for (const Claim claim : kClaims) {
    const Verdict& v = VerdictOf(verdict, claim);
    if (v.outcome == Outcome::kSilent) continue;
    ClaimFigure& figure = figures_[static_cast<size_t>(claim)];
    ++(v.outcome == Outcome::kHeld ? figure.held : figure.broken);
    figure.off = std::max(figure.off, Off(claim, v));
  }
}

void ClaimFigures::Add(const ClaimFigures& other) {
  rows_ += other.rows_;
  broken_rows_ += other.broken_rows_;
  for (size_t i = 0; i < figures_.size(); ++i) {
    figures_[i].held += other.figures_[i].held;
    figures_[i].broken += other.figures_[i].broken;
    figures_[i].off = std::max(figures_[i].off, other.figures_[i].off);
  }
}

ClaimCheck::ClaimCheck(const Batch& batch) {
  const Row row = batch.RowAt(0, nullptr);
  Expect(claims_.prepare(row.operation, row.columns, NumbersOf(row.gamma, *row.parameter_format, row.columns),
                         NumbersOf(row.beta, *row.parameter_format, row.columns), row.eps));
}

geometry::RowVerdict ClaimCheck::operator()(const Row& row, const void* y) const {
  geometry::RowVerdict verdict;
  Expect(
      claims_.check(NumbersOf(row.x, *row.x_format, row.columns), NumbersOf(y, *row.y_format, row.columns), verdict));
  return verdict;
}

nlohmann::ordered_json ClaimsJson(const ClaimFigures& figures) {
  nlohmann::ordered_json json;
  for (const Claim claim : kClaims) {
    const std::string name = ClaimName(claim);
    const ClaimFigure& figure = figures.of(claim);
    json[name + "_held"] = figure.held;
    json[name + "_broken"] = figure.broken;
    json[name + "_off"] = std::isinf(figure.off) ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(figure.off);
  }
  return json;
}

}  // namespace exactnorm::measure
