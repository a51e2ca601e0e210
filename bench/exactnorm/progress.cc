// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/progress.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "bench/exactnorm/files.h"

namespace exactnorm::command {

Progress::Progress(std::string what, size_t total)
    : what_(std::move(what)),
      total_(total),
      wanted_(ErrorIsTerminal()),
      next_(Clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (shown_) fmt::print(stderr, "\r{:{}}\r", "", what_.size() + 60);
}

void Progress::Report(size_t done) {
  if (!wanted_ || Clock::now() < next_) return;
  next_ = Clock::now() + std::chrono::milliseconds(200);
  shown_ = true;
  const double percent = 100.0 * static_cast<double>(done) / static_cast<double>(total_);
  fmt::print(stderr, "\r{}: {} of {}, {:.0f} %", what_, done, total_, percent);
  std::fflush(stderr);
}

}  // namespace exactnorm::command
