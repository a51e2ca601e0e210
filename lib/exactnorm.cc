// SPDX-License-Identifier: Apache-2.0
// The call: check arguments -> rows through the stages -> status. Everything that can be refused is refused before the
// first write.
#include "exactnorm/exactnorm.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>

#include "lib/arguments.h"
#include "lib/fast/target.h"
#include "lib/parameters.h"
#include "lib/stages.h"

namespace exactnorm {
namespace {

// The rows of one call as tasks, each some consecutive rows. Once a row has run out of memory the later tasks are left
// alone, the earlier ones still run: so the rows before `first_unfinished` are complete at the end.
struct RowTasks {
  const Stages& stages;
  size_t rows;
  size_t rows_per_task;
  std::atomic<size_t> first_unfinished;

  size_t tasks() const { return rows / rows_per_task + (rows % rows_per_task != 0 ? 1 : 0); }
  void Run(size_t task) noexcept {
    const size_t begin = task * rows_per_task;
    if (begin >= first_unfinished.load(std::memory_order_relaxed)) return;
    const size_t count = std::min(rows - begin, rows_per_task);
    const size_t complete = stages.Normalize(begin, count);
    if (complete == count) return;
    size_t first = first_unfinished.load(std::memory_order_relaxed);
    while (begin + complete < first && !first_unfinished.compare_exchange_weak(first, begin + complete)) {
    }
  }
  static void Task(void* tasks, size_t index) { static_cast<RowTasks*>(tasks)->Run(index); }
};

// Few rows are still spread over this many tasks; many make tasks of about so many bytes.
constexpr size_t kLeastTasks = 32;
constexpr size_t kTaskBytes = size_t{256} << 10;

size_t RunRows(const CheckedCall& call, const fast::Target& target) {
  const Stages stages(call, &target);
  const size_t rows = call.rows.count;
  if (call.parallel_for == nullptr || rows <= 1) return rows == 0 ? 0 : stages.Normalize(0, rows);
  const size_t most = std::max<size_t>(rows / kLeastTasks, 1);
  const size_t fitting = std::max(kTaskBytes / call.rows.x_bytes(), fast::kMostRows);
  RowTasks tasks{stages, rows, std::min(most, fitting), {rows}};
  call.parallel_for(call.pool, tasks.tasks(), &RowTasks::Task, &tasks);
  return tasks.first_unfinished;
}

}  // namespace
}  // namespace exactnorm

exactnorm_status exactnorm_normalize(const exactnorm_call* call, size_t* finished_rows) noexcept {
  if (finished_rows != nullptr) *finished_rows = 0;
  exactnorm::CheckedCall checked{};
  if (const auto status = exactnorm::CheckArguments(call, &checked); status != EXACTNORM_OK) return status;
  const exactnorm::fast::Target* target = exactnorm::fast::ChosenTarget();
  if (target == nullptr) return EXACTNORM_TARGET_UNAVAILABLE;
  const size_t finished = exactnorm::RunRows(checked, *target);
  if (finished_rows != nullptr) *finished_rows = finished;
  return finished == checked.rows.count ? EXACTNORM_OK : EXACTNORM_OUT_OF_MEMORY;
}

exactnorm_status exactnorm_parameters_prepare(exactnorm_format format, size_t columns, const void* gamma,
                                              const void* beta, exactnorm_parameters** parameters) noexcept {
  if (parameters == nullptr) return EXACTNORM_CALL_NULL;
  *parameters = nullptr;
  const exactnorm::Format* f = exactnorm::FindFormat(format, &exactnorm::kF32);
  if (f == nullptr) return EXACTNORM_FORMAT_UNKNOWN;
  if (columns == 0) return EXACTNORM_COLUMNS_ZERO;
  if (columns > PTRDIFF_MAX / static_cast<size_t>(f->bytes)) return EXACTNORM_SIZE_OVERFLOW;
  const size_t bytes = columns * static_cast<size_t>(f->bytes);
  const auto copy = [bytes](const void* array) {
    const auto* begin = static_cast<const unsigned char*>(array);
    return begin == nullptr ? exactnorm_parameters::Bytes() : exactnorm_parameters::Bytes(begin, begin + bytes);
  };
  try {
    *parameters = new exactnorm_parameters{f, columns, copy(gamma), copy(beta), nullptr, {}};
    (*parameters)->FindWindows(exactnorm::fast::ChosenTarget());
  } catch (const std::bad_alloc&) {
    return EXACTNORM_OUT_OF_MEMORY;
  }
  return EXACTNORM_OK;
}

void exactnorm_parameters_free(exactnorm_parameters* parameters) noexcept { delete parameters; }

const char* exactnorm_target(size_t index, int* runs_here) noexcept {
  const auto& built = exactnorm::fast::BuiltTargets();
  if (index >= built.size()) return nullptr;
  if (runs_here != nullptr) *runs_here = built[index].supported ? 1 : 0;
  return built[index].name.c_str();
}

const char* exactnorm_chosen_target(void) noexcept {
  const exactnorm::fast::Target* target = exactnorm::fast::ChosenTarget();
  return target == nullptr ? nullptr : target->name.c_str();
}

const char* exactnorm_version(void) noexcept { return EXACTNORM_VERSION_STRING; }
