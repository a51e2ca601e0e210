// SPDX-License-Identifier: Apache-2.0
// How far a long job is, as one line on standard error that is wiped at the end. Only on a terminal and
// only after a second, so that scripts and short jobs never see it.
#ifndef EXACTNORM_BENCH_EXACTNORM_PROGRESS_H_
#define EXACTNORM_BENCH_EXACTNORM_PROGRESS_H_

#include <chrono>
#include <cstddef>
#include <string>

namespace exactnorm::command {

class Progress {
 public:
  Progress(std::string what, size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Report(size_t done);

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  size_t total_;
  bool wanted_;
  bool shown_ = false;
  Clock::time_point next_;
};

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_PROGRESS_H_
