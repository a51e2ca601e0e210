// SPDX-License-Identifier: Apache-2.0
// What the user got wrong: thrown anywhere in the command, caught once in main, which prints it as one
// line on standard error and exits with 2. The text names the argument, what is wrong, and the remedy.
#ifndef EXACTNORM_BENCH_EXACTNORM_BAD_INPUT_H_
#define EXACTNORM_BENCH_EXACTNORM_BAD_INPUT_H_

#include <stdexcept>
#include <string>

namespace exactnorm::command {

// A file as the command line names it. An empty path: the option was not given.
struct FileArgument {
  std::string option;
  std::string path;

  bool given() const { return !path.empty(); }
};

class BadInput : public std::runtime_error {
 public:
  explicit BadInput(const std::string& message) : std::runtime_error(message) {}
  BadInput(const FileArgument& file, const std::string& problem)
      : std::runtime_error(file.option + " " + file.path + ": " + problem) {}
};

}  // namespace exactnorm::command
#endif  // EXACTNORM_BENCH_EXACTNORM_BAD_INPUT_H_
