// SPDX-License-Identifier: Apache-2.0
#include "bench/geometry/study_of.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <utility>

#include "bench/exactnorm/norm_arguments.h"
#include "bench/exactnorm/row_tasks.h"

namespace exactnorm::geometry {
namespace {

using command::BadInput;
using command::NpyArray;

char progress_name[] = "exactnorm geometry";

Numbers RowOf(const NpyArray& array, size_t row) {
  const auto bytes = static_cast<size_t>(array.format->bytes);
  return {static_cast<const unsigned char*>(array.data()) + row * array.columns() * bytes,
          command::ToApi(*array.format), array.columns()};
}

// Every format is exact in binary64.
std::vector<double> ToDoubles(const NpyArray& array) {
  std::vector<double> values;
  for (size_t i = 0; i < array.size(); ++i) {
    const Number n = Decode(*array.format, Load(*array.format, array.data(), i));
    const double magnitude = std::ldexp(static_cast<double>(n.significand), n.exponent);
    values.push_back(n.negative ? -magnitude : magnitude);
  }
  return values;
}

NpyArray Normalized(const Inputs& inputs) {
  NpyArray y = command::NewNpy(*inputs.x->format, inputs.x->shape);
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = inputs.operation;
  call.x_format = call.y_format = command::ToApi(*inputs.x->format);
  call.parameter_format = command::ToApi(*inputs.gamma.format);
  call.rows = inputs.x->rows();
  call.columns = inputs.x->columns();
  call.eps = inputs.eps;
  call.x = inputs.x->data();
  call.gamma = inputs.gamma.data();
  call.beta = inputs.beta ? inputs.beta->data() : nullptr;
  call.y = y.data();
  call.parallel_for = &command::RunRowTasks;
  call.pool = progress_name;
  if (const auto status = exactnorm_normalize(&call, nullptr); status != EXACTNORM_OK) {
    throw BadInput(exactnorm_message(status));
  }
  return y;
}

void Expect(Status status) {
  if (status == EXACTNORM_OUT_OF_MEMORY) throw std::bad_alloc();
  if (status != EXACTNORM_OK) throw BadInput(exactnorm_message(status));
}

// One task per row.
struct RowTask {
  const Claims& claims;
  const NpyArray* x;
  const NpyArray& y;
  std::vector<RowVerdict>& verdicts;
  std::atomic<Status> status = EXACTNORM_OK;

  static void Run(void* self, size_t row) {
    auto& task = *static_cast<RowTask*>(self);
    const Numbers x = task.x == nullptr ? Numbers() : RowOf(*task.x, row);
    const Status status = task.claims.check(x, RowOf(task.y, row), task.verdicts[row]);
    if (status != EXACTNORM_OK) task.status = status;
  }
};

void CheckRows(const Inputs& inputs, Study& study) {
  Claims claims;
  Expect(claims.prepare(inputs.operation, study.columns(), RowOf(inputs.gamma, 0),
                        inputs.beta ? RowOf(*inputs.beta, 0) : Numbers(), inputs.eps));
  study.verdicts.resize(study.y->rows());
  if (study.verdicts.empty()) return;
  RowTask task{claims, inputs.x ? &*inputs.x : nullptr, *study.y, study.verdicts};
  command::RunRowTasks(progress_name, study.verdicts.size(), &RowTask::Run, &task);
  Expect(task.status);
}

void FindAxes(const Inputs& inputs, size_t wanted, Study& study) {
  const AxesStatus status = inputs.operation == EXACTNORM_LAYER_NORM
                                ? study.axes.of_layer_norm(study.gamma, &command::RunRowTasks, progress_name)
                                : study.axes.of_rms_norm(study.gamma);
  if (status == AxesStatus::out_of_memory) throw std::bad_alloc();
  if (status != AxesStatus::ok) throw BadInput("--gamma: " + std::string(message(status)));
  const auto lengths = study.axes.lengths();
  study.axis_count = lengths.size();
  while (inputs.operation == EXACTNORM_RMS_NORM && study.axis_count != 0 && lengths[study.axis_count - 1] == 0) {
    --study.axis_count;
  }
  const auto axis = [&](size_t i) {
    Axis result{i + 1, lengths[i], std::vector<double>(study.columns())};
    study.axes.direction(i, result.direction);
    return result;
  };
  for (size_t i = 0; i < std::min(wanted, study.axis_count); ++i) {
    study.longest.push_back(axis(i));
    study.shortest.push_back(axis(study.axis_count - 1 - i));
  }
}

}  // namespace

bool Study::broken() const {
  return std::any_of(verdicts.begin(), verdicts.end(), [](const RowVerdict& v) { return v.broken(); });
}

Study StudyOf(Inputs inputs, size_t axes) {
  Study study;
  study.operation = inputs.operation;
  study.eps = inputs.eps;
  study.gamma = ToDoubles(inputs.gamma);
  study.beta = inputs.beta ? ToDoubles(*inputs.beta) : std::vector<double>(study.gamma.size(), 0.0);
  study.gamma_format = inputs.gamma.format;
  study.zero_gains = static_cast<size_t>(std::count(study.gamma.begin(), study.gamma.end(), 0.0));
  study.has_x = inputs.x.has_value();
  Expect(hyperplane(study.columns(), RowOf(inputs.gamma, 0), inputs.beta ? RowOf(*inputs.beta, 0) : Numbers(),
                    study.plane));
  FindAxes(inputs, axes, study);
  study.y_is_ours = inputs.x && !inputs.y;
  if (study.y_is_ours) {
    study.y = Normalized(inputs);
  } else {
    study.y = std::move(inputs.y);
  }
  if (study.y) CheckRows(inputs, study);
  return study;
}

}  // namespace exactnorm::geometry
