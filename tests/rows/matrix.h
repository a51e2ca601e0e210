// SPDX-License-Identifier: Apache-2.0
// Several rows that share everything but x, and where a call finds them in memory: what tests of whole calls vary.
#ifndef EXACTNORM_TESTS_ROWS_MATRIX_H_
#define EXACTNORM_TESTS_ROWS_MATRIX_H_

#include <memory>
#include <vector>

#include "tests/rows/generator.h"
#include "tests/rows/problem.h"

namespace exactnorm::rows {

struct Matrix {
  Problem first;
  std::vector<Bits> others;  // x of the further rows

  size_t rows() const { return 1 + others.size(); }
  const Bits& x(size_t row) const { return row == 0 ? first.x : others[row - 1]; }
  // One of its rows.
  Problem problem(size_t row) const;
};

// Rows of these formats, at most max_rows of at most max_columns: hard ones as Generator::Next makes them, or about
// N(0, 1) with parameters that are.
Matrix AnyMatrix(Generator& random, const Format& x, const Format& parameter, const Format& y, const Format& statistics,
                 size_t max_rows, size_t max_columns);

// By the exact stage, row by row.
std::vector<Answer> ExactAnswers(const Matrix& matrix);

struct Placement {
  size_t x_gap = 0;  // elements between rows
  size_t y_gap = 0;
  size_t x_offset = 0;  // bytes beyond a multiple of 64
  size_t y_offset = 0;
  size_t gamma_offset = 0;
  size_t beta_offset = 0;
  bool in_place = false;  // needs one format, and takes x's gap and offset for y
  bool prepared = false;  // gamma and beta as prepared parameters
};

// The arrays of one call.
class Placed {
 public:
  Placed(const Matrix& matrix, const Placement& placement);
  exactnorm_call call();
  std::vector<Answer> answers() const;  // what stands in the outputs
  // No byte but those of the outputs has changed.
  bool others_untouched() const;

 private:
  struct Room {
    std::vector<unsigned char> bytes;
    unsigned char* at = nullptr;  // null: no array
    std::vector<unsigned char> before;
  };
  void Place(Room& room, const Format& f, const std::vector<const Bits*>& rows, size_t stride, size_t offset);

  Matrix matrix_;
  Placement placement_;
  Room x_, gamma_, beta_, y_, mean_, rstd_;
  std::unique_ptr<exactnorm_parameters, void (*)(exactnorm_parameters*)> prepared_;
};

}  // namespace exactnorm::rows
#endif  // EXACTNORM_TESTS_ROWS_MATRIX_H_
