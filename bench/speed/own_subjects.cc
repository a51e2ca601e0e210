// SPDX-License-Identifier: Apache-2.0
#include "bench/speed/own_subjects.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>

#include "bench/speed/plain_avx2.h"
#include "bench/speed/stage_kernels.h"
#include "lib/exact/row.h"
#include "lib/fast/error_bounds.h"
#include "lib/parameters.h"
#include "lib/reference/certificate.h"
#include "lib/stages.h"
#if defined(EXACTNORM_TBB)
#include "exactnorm/tbb.h"
#endif

namespace exactnorm::speed {
namespace {

constexpr size_t kRowsChecked = 4;

exactnorm::Rows RowsOf(const Rows& r, unsigned char* y) {
  const size_t row_bytes = r.columns * static_cast<size_t>(r.format->bytes);
  const Row first{EXACTNORM_LAYER_NORM, r.format,       r.format,      r.format, r.format, r.columns, r.eps,
                  r.x.data(),           r.gamma.data(), r.beta.data(), y,        nullptr,  nullptr};
  return {first, r.rows, row_bytes, row_bytes};
}

// What a stage leaves, by the exact one; then the first rows are whole.
bool AreRightOnceFinished(const Rows& r, unsigned char* y, const std::vector<fast::Undecided>& left) {
  const exactnorm::Rows rows = RowsOf(r, y);
  for (size_t i = 0; i < std::min(rows.count, kRowsChecked); ++i) {
    if (left[i].declined()) {
      exact::NormalizeRow(rows.at(i));
    } else {
      exact::FinishRow(rows.at(i), left[i].columns(), false);
    }
  }
  return AreRight(r, y);
}

// `alone` first, then whole calls, then the rest of what whole calls are measured beside.
Contest Beside(const Rows& shape, Subject alone, std::function<bool(const Rows&, unsigned char*)> right) {
  Contest contest = WholeCalls(shape);
  contest.subjects.insert(contest.subjects.begin(), std::move(alone));
  contest.right = std::move(right);
  return contest;
}

const fast::Target& Best() {
  const fast::Target* target = fast::ChosenTarget();
  if (target == nullptr) throw std::runtime_error(exactnorm_message(EXACTNORM_TARGET_UNAVAILABLE));
  return *target;
}

}  // namespace

bool AreRight(const Rows& r, unsigned char* y) {
  const exactnorm::Rows rows = RowsOf(r, y);
  for (size_t i = 0; i < std::min(rows.count, kRowsChecked); ++i) {
    if (reference::Certify(rows.at(i))) return false;
  }
  return true;
}

Contest WholeCalls(const Rows& shape) { return {MakeSubjects(shape), &AreRight}; }

Contest OnTarget(const fast::Target& target, const Rows& shape) {
  const auto prepared = std::make_shared<exactnorm_parameters>(
      exactnorm_parameters{shape.format, shape.columns, shape.gamma, shape.beta, nullptr, {}});
  prepared->FindWindows(&target);
  const auto run = [&target, prepared](const Rows& r, unsigned char* y) {
    const CheckedCall call{RowsOf(r, y), prepared.get(), nullptr, nullptr};
    const Stages stages(call, &target);
    if (stages.Normalize(0, r.rows) != r.rows) throw std::runtime_error(exactnorm_message(EXACTNORM_OUT_OF_MEMORY));
  };
  Contest contest = Beside(shape, {target.name, run}, &AreRight);
  if (target.name == "avx2" && *shape.format == kF32 && HasAvx2()) {
    contest.subjects.push_back({"plain_avx2", [](const Rows& r, unsigned char* y) {
                                  PlainAvx2(r.rows, r.columns, static_cast<float>(r.eps),
                                            reinterpret_cast<const float*>(r.x.data()),
                                            reinterpret_cast<const float*>(r.gamma.data()),
                                            reinterpret_cast<const float*>(r.beta.data()), reinterpret_cast<float*>(y));
                                }});
  }
  return contest;
}

Contest OnAllThreads([[maybe_unused]] const Rows& shape) {
#if defined(EXACTNORM_TBB)
  const Subject one = Exactnorm(shape, nullptr);
  return {{Exactnorm(shape, &exactnorm_tbb_parallel_for), {"one_thread", one.run}, MakeSubjects(shape)[1]}, &AreRight};
#else
  return {};
#endif
}

Contest MomentsAlone(const Rows& shape) {
  const auto moments = std::make_shared<std::vector<RowMoments>>(shape.rows);
  const auto run = [moments](const Rows& r, unsigned char* y) { FindMoments(Best(), RowsOf(r, y), moments->data()); };
  // r^ within its bound of the exact stage's, which is rounded once.
  const auto right = [moments](const Rows& r, unsigned char* y) {
    for (size_t i = 0; i < std::min(r.rows, kRowsChecked); ++i) {
      double rstd = 0;
      Row row = RowsOf(r, y).at(i);
      row.statistics_format = &kF64;
      row.rstd = &rstd;
      exact::NormalizeRow(row);
      const double error = (fast::BoundRstd(r.columns, 1) + 2 * fast::kUnitRoundoff) * rstd;
      if ((*moments)[i].admitted && !(std::abs((*moments)[i].rstd - rstd) <= error)) return false;
    }
    return true;
  };
  return Beside(shape, {"moments", run}, right);
}

Contest NormalizeAlone(const Rows& shape) {
  struct State {
    fast::Windows windows;
    std::vector<RowMoments> moments;
    std::vector<fast::Undecided> undecided;
    const unsigned char* x = nullptr;  // what the moments are of
  };
  const auto s = std::make_shared<State>();
  s->moments.resize(shape.rows);
  s->undecided.resize(shape.rows);
  Best().find_windows(RowsOf(shape, nullptr).first, &s->windows);
  // The moments of inputs that take turns would be timed with the columns: those of the first are used for all, which
  // takes as long.
  const auto run = [s](const Rows& r, unsigned char* y) {
    const exactnorm::Rows rows = RowsOf(r, y);
    if (s->x == nullptr) {
      FindMoments(Best(), rows, s->moments.data());
      s->x = r.x.data();
    }
    for (fast::Undecided& row : s->undecided) row.Clear();
    NormalizeColumns(Best(), rows, s->windows, s->moments.data(), s->undecided.data());
  };
  const auto right = [s](const Rows& r, unsigned char* y) {
    for (size_t i = 0; i < r.rows; ++i) {
      if (!s->moments[i].admitted) s->undecided[i].Decline();
    }
    return AreRightOnceFinished(r, y, s->undecided);
  };
  return Beside(shape, {"normalize", run}, right);
}

Contest SharpAlone(const Rows& shape) {
  const auto left = std::make_shared<std::vector<fast::Undecided>>(shape.rows);
  const auto run = [left](const Rows& r, unsigned char* y) {
    const exactnorm::Rows rows = RowsOf(r, y);
    for (size_t i = 0; i < rows.count; ++i) {
      (*left)[i].Clear();
      (*left)[i].Decline();
      Best().sharpen_row(rows.at(i), &(*left)[i]);
    }
  };
  const auto right = [left](const Rows& r, unsigned char* y) { return AreRightOnceFinished(r, y, *left); };
  return Beside(shape, {"sharp", run}, right);
}

Contest ExactAlone(const Rows& shape) {
  const auto run = [](const Rows& r, unsigned char* y) {
    const exactnorm::Rows rows = RowsOf(r, y);
    for (size_t i = 0; i < rows.count; ++i) exact::NormalizeRow(rows.at(i));
  };
  return Beside(shape, {"exact", run}, &AreRight);
}

}  // namespace exactnorm::speed
