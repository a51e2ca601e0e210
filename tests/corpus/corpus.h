// SPDX-License-Identifier: Apache-2.0
// Reads the corpus: a text file in the format of README.md -> entries as bit patterns.
#ifndef EXACTNORM_TESTS_CORPUS_CORPUS_H_
#define EXACTNORM_TESTS_CORPUS_CORPUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exactnorm/exactnorm.h"
#include "lib/formats/format.h"

namespace exactnorm::corpus {

struct Entry {
  std::string source;  // the comment above
  exactnorm_operation operation;
  const Format* x_format;
  const Format* parameter_format;
  const Format* y_format;
  double eps;
  std::vector<uint64_t> x;
  std::optional<std::vector<uint64_t>> gamma;
  std::optional<std::vector<uint64_t>> beta;
  std::vector<uint64_t> y;
  std::optional<uint64_t> mean;  // LayerNorm only
  uint64_t rstd;
};

// Throws std::runtime_error naming file and line if an entry does not have the format.
std::vector<Entry> Read(const std::string& path);

}  // namespace exactnorm::corpus
#endif  // EXACTNORM_TESTS_CORPUS_CORPUS_H_
