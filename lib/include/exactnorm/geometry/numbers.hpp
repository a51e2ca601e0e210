// SPDX-License-Identifier: Apache-2.0
// A row of numbers in any of the four formats, as the geometry takes it: where it lies, its format, its length.
#ifndef EXACTNORM_GEOMETRY_NUMBERS_HPP_
#define EXACTNORM_GEOMETRY_NUMBERS_HPP_

#include <cstddef>
#include <span>
#include <vector>

#include "exactnorm/exactnorm.hpp"

namespace exactnorm::geometry {

// Not owned; any alignment. Without data it stands for an absent array: gamma all 1, beta all 0, no x.
struct Numbers {
  const void* data = nullptr;
  exactnorm_format format = EXACTNORM_F64;
  std::size_t size = 0;  // elements

  Numbers() = default;
  Numbers(const void* data_, exactnorm_format format_, std::size_t size_) : data(data_), format(format_), size(size_) {}
  template <Element T>
  Numbers(std::span<const T> row) : data(row.data()), format(format_of<T>), size(row.size()) {}
  template <Element T>
  Numbers(const std::vector<T>& row) : Numbers(std::span<const T>(row)) {}
};

}  // namespace exactnorm::geometry
#endif  // EXACTNORM_GEOMETRY_NUMBERS_HPP_
