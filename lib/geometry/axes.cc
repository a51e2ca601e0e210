// SPDX-License-Identifier: Apache-2.0
// gains -> groups of equal |g| -> one root between neighbouring groups (secular), q - 1 axes within a group of q.
#include "exactnorm/geometry/axes.hpp"

#include <algorithm>
#include <cmath>
#include <new>

#include "lib/geometry/directions.h"
#include "lib/geometry/gain_groups.h"
#include "lib/geometry/secular.h"

namespace exactnorm::geometry {
namespace {

constexpr std::size_t kRootsPerTask = 32;

struct RootTasks {
  const GainGroups* groups;
  Root* roots;
};

void FindTask(void* argument, std::size_t index) {
  const auto& tasks = *static_cast<const RootTasks*>(argument);
  const std::size_t begin = index * kRootsPerTask;
  FindRoots(*tasks.groups, begin, std::min(begin + kRootsPerTask, tasks.groups->size - 1), tasks.roots + begin);
}

std::vector<Root> AllRoots(const GainGroups& groups, exactnorm_parallel_for parallel_for, void* pool) {
  std::vector<Root> roots(groups.size - 1);
  RootTasks tasks = {&groups, roots.data()};
  const std::size_t count = (roots.size() + kRootsPerTask - 1) / kRootsPerTask;
  if (parallel_for != nullptr && count > 1) {
    parallel_for(pool, count, FindTask, &tasks);
  } else {
    for (std::size_t i = 0; i < count; ++i) FindTask(&tasks, i);
  }
  return roots;
}

}  // namespace

std::string_view message(AxesStatus status) noexcept {
  switch (status) {
    case AxesStatus::ok: return "ok";
    case AxesStatus::no_gains: return "gains: at least one is needed";
    case AxesStatus::gain_nan: return "gains: one is NaN; an ellipsoid needs finite gains";
    case AxesStatus::gain_infinite: return "gains: one is infinite; an ellipsoid needs finite gains";
    case AxesStatus::out_of_memory: return "out of memory: about 150 bytes per gain are needed";
  }
  return "no status of exactnorm::geometry::Axes";
}

AxesStatus Axes::keep(std::span<const double> gains) {
  gains_.clear();
  order_.clear();
  lengths_.clear();
  axes_.clear();
  if (gains.empty()) return AxesStatus::no_gains;
  for (const double g : gains) {
    if (std::isnan(g)) return AxesStatus::gain_nan;
    if (std::isinf(g)) return AxesStatus::gain_infinite;
  }
  gains_.assign(gains.begin(), gains.end());
  return AxesStatus::ok;
}

AxesStatus Axes::of_layer_norm(std::span<const double> gains, exactnorm_parallel_for parallel_for, void* pool) noexcept
    try {
  const AxesStatus status = keep(gains);
  if (status == AxesStatus::ok) solve(parallel_for, pool);
  return status;
} catch (const std::bad_alloc&) {
  *this = Axes();
  return AxesStatus::out_of_memory;
}

void Axes::solve(exactnorm_parallel_for parallel_for, void* pool) {
  GainGroups groups = GroupGains(gains_);
  const std::size_t n = gains_.size();
  const std::size_t lost = std::max<std::size_t>(groups.zeros(), 1);
  const std::vector<Root> roots = AllRoots(groups, parallel_for, pool);
  lengths_.resize(n - lost);
  axes_.resize(n - lost);
  // Ascending: what belongs to group j, then the root above it.
  std::size_t at = n - lost;
  for (std::size_t j = 0; j < groups.size; ++j) {
    const double gain = groups.gain[j];
    const std::size_t members = groups.first[j + 1] - groups.first[j];
    for (std::size_t place = 1; gain != 0 && place < members; ++place) {
      axes_[--at] = {gain, 0, groups.first[j], place, RootExponent(gain)};
    }
    if (j + 1 < groups.size) {
      axes_[--at] = {roots[j].offset > 0 ? gain : groups.gain[j + 1], roots[j].offset, 0, 0, roots[j].exponent};
    }
  }
  // Exact eigenvalues ascend; where rounding of neighbours says otherwise, both are the larger: no error grows.
  for (at = n - lost; at-- > 0;) {
    lengths_[at] = SemiAxis(n, axes_[at].gain, axes_[at].offset, axes_[at].exponent);
    if (at + 1 < lengths_.size()) lengths_[at] = std::max(lengths_[at], lengths_[at + 1]);
  }
  order_ = std::move(groups.order);
}

AxesStatus Axes::of_rms_norm(std::span<const double> gains) noexcept try {
  const AxesStatus status = keep(gains);
  if (status != AxesStatus::ok) return status;
  const std::size_t n = gains_.size();
  const GainGroups groups = GroupGains(gains_);
  lengths_.resize(n);
  axes_.resize(n);
  order_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    order_[i] = groups.order[n - 1 - i];
    const double gain = std::fabs(gains_[order_[i]]);
    const int exponent = gain == 0 ? 0 : RootExponent(gain);
    axes_[i] = {gain, 0, i, 0, exponent};
    lengths_[i] = SemiAxis(n, gain, 0, exponent);
  }
  return AxesStatus::ok;
} catch (const std::bad_alloc&) {
  *this = Axes();
  return AxesStatus::out_of_memory;
}

Eigenvalue Axes::eigenvalue(std::size_t axis) const noexcept {
  const Axis& a = axes_[axis];
  return {a.gain, a.offset, a.exponent};
}

void Axes::direction(std::size_t axis, std::span<double> v) const noexcept {
  const Axis& a = axes_[axis];
  if (a.place > 0) {
    ContrastDirection(gains_, std::span(order_).subspan(a.first, a.place + 1), v);
  } else if (a.offset != 0) {
    RootDirection(gains_, a.gain, a.offset, a.exponent, v);
  } else {  // RMSNorm
    std::fill(v.begin(), v.end(), 0.0);
    v[order_[a.first]] = 1;
  }
}

void Axes::tip(std::size_t axis, std::span<double> t) const noexcept {
  direction(axis, t);
  if (std::isfinite(lengths_[axis])) {
    for (double& component : t) component *= lengths_[axis];
    return;
  }
  // Components may be finite all the same: scaled, the length is.
  const Axis& a = axes_[axis];
  const double length = SemiAxis(dimension(), std::ldexp(a.gain, -a.exponent), a.offset, 0);
  for (double& component : t) component = std::ldexp(component * length, a.exponent);
}

}  // namespace exactnorm::geometry
