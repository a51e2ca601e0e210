// SPDX-License-Identifier: Apache-2.0
// The call: check arguments -> each row through the stages, fast and then exact for what it left -> status. Everything
// that can be refused is refused before the first write.
#include "exactnorm/exactnorm.h"

#include <atomic>
#include <cstring>
#include <new>

#include "lib/arguments.h"
#include "lib/environment.h"
#include "lib/exact/row.h"
#include "lib/fast/error_bounds.h"
#include "lib/fast/target.h"
#include "lib/parameters.h"

namespace exactnorm {
namespace {

// Whether the fast stage knows the row's formats and length, and the thread's environment is the one it needs.
bool IsForFastStage(const Row& row) {
  const bool formats = *row.x_format != kF64 && *row.parameter_format != kF64 && *row.y_format != kF64;
  return formats && row.columns <= fast::kMaxColumns && HasDefaultEnvironment();
}

void NormalizeRow(const Row& row, fast::RowFunction fast_row) {
  fast::Undecided undecided;
  if (IsForFastStage(row) && fast_row(row, &undecided) == fast::Outcome::kDone) {
    exact::FinishRow(row, undecided.columns(), undecided.statistics);
  } else {
    exact::NormalizeRow(row);
  }
}

// The rows of one call as tasks. Once a row has run out of memory the later ones are left alone, the
// earlier ones still run: so the rows before `first_unfinished` are complete at the end.
struct RowTasks {
  const CheckedCall& call;
  fast::RowFunction fast_row;
  std::atomic<size_t> first_unfinished;

  void Run(size_t index) noexcept {
    if (index >= first_unfinished.load(std::memory_order_relaxed)) return;
    try {
      NormalizeRow(call.row(index), fast_row);
    } catch (const std::bad_alloc&) {
      size_t first = first_unfinished.load(std::memory_order_relaxed);
      while (index < first && !first_unfinished.compare_exchange_weak(first, index)) {
      }
    }
  }
  static void Task(void* tasks, size_t index) { static_cast<RowTasks*>(tasks)->Run(index); }
};

size_t RunRows(const CheckedCall& call, fast::RowFunction fast_row) {
  RowTasks tasks{call, fast_row, {call.rows}};
  if (call.parallel_for != nullptr && call.rows > 1) {
    call.parallel_for(call.pool, call.rows, &RowTasks::Task, &tasks);
  } else {
    for (size_t i = 0; i < call.rows; ++i) tasks.Run(i);
  }
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
  const size_t finished = exactnorm::RunRows(checked, target->normalize_row);
  if (finished_rows != nullptr) *finished_rows = finished;
  return finished == checked.rows ? EXACTNORM_OK : EXACTNORM_OUT_OF_MEMORY;
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
    return begin == nullptr ? std::vector<unsigned char>() : std::vector<unsigned char>(begin, begin + bytes);
  };
  try {
    *parameters = new exactnorm_parameters{f, columns, copy(gamma), copy(beta)};
  } catch (const std::bad_alloc&) {
    return EXACTNORM_OUT_OF_MEMORY;
  }
  return EXACTNORM_OK;
}

void exactnorm_parameters_free(exactnorm_parameters* parameters) noexcept { delete parameters; }

const char* exactnorm_version(void) noexcept { return EXACTNORM_VERSION_STRING; }
