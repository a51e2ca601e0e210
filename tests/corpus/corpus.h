// SPDX-License-Identifier: Apache-2.0
// Reads the corpus: a text file in the format of README.md -> entries as bit patterns.
#ifndef EXACTNORM_TESTS_CORPUS_CORPUS_H_
#define EXACTNORM_TESTS_CORPUS_CORPUS_H_

#include <iosfwd>
#include <string>
#include <vector>

#include "tests/rows/problem.h"

namespace exactnorm::corpus {

struct Entry {
  std::string source;  // the comment above
  rows::Problem problem;
  rows::Answer answer;
};

// Throws std::runtime_error naming file and line if an entry does not have the format.
std::vector<Entry> Read(const std::string& path);
std::vector<Entry> Read(std::istream& file, const std::string& name);

}  // namespace exactnorm::corpus
#endif  // EXACTNORM_TESTS_CORPUS_CORPUS_H_
