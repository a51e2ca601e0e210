// SPDX-License-Identifier: Apache-2.0
// exactnorm-fast-model, the models that the theorems of proofs/fast, sharp and binary64 are about, as a program: rows
// and what the loops of lib/fast compute for them -> the first difference. The form of rows and answers is at the head
// of proofs/fast/main.ml. NaNs count as one.
#ifndef EXACTNORM_TESTS_PROOFS_MODEL_PROGRAM_H_
#define EXACTNORM_TESTS_PROOFS_MODEL_PROGRAM_H_

#include <sstream>
#include <string>
#include <vector>

#include "lib/fast/intermediates.h"
#include "tests/rows/problem.h"

namespace exactnorm::fast {

// Numbers as the program writes them.
class Answer {
 public:
  Answer& operator<<(double value);
  Answer& operator<<(const DoubleDouble& value) { return *this << value.hi << value.lo; }
  Answer& operator<<(const std::string& text);
  template <class Value>
  void Line(const std::string& name, const std::vector<Value>& values) {
    *this << name;
    for (const Value& value : values) *this << value;
    *this << "\n";
  }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
};

class ModelProgram {
 public:
  // A row, whose first line is KEYWORD OPERATION LOG2_LANES FMA FORMAT COLUMNS EPS, and what its answer is to be.
  void Add(const std::string& label, const std::string& keyword, size_t lanes, bool fma, const rows::Problem& p,
           const Answer& answer);

  // Runs the program on all of them: one message for the first difference, or none.
  std::string Difference() const;

 private:
  struct Entry {
    std::string label, row, answer;
  };
  std::vector<Entry> entries_;
};

}  // namespace exactnorm::fast
#endif  // EXACTNORM_TESTS_PROOFS_MODEL_PROGRAM_H_
