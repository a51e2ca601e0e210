// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/own_rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace exactnorm::measure {
namespace {

constexpr size_t kMostOutputs = size_t{1} << 18;  // exact answers take about a microsecond each

std::vector<unsigned char> BytesOf(const std::optional<command::NpyArray>& array) {
  if (!array) return {};
  return {array->bytes.begin() + static_cast<std::ptrdiff_t>(array->offset), array->bytes.end()};
}

}  // namespace

OwnRows LoadOwnRows(const command::NormArguments& arguments) {
  const command::NormInputs inputs = command::LoadNormInputs(arguments);
  const size_t columns = inputs.x.columns();
  const size_t all = inputs.x.rows();
  const size_t rows = std::clamp<size_t>(kMostOutputs / columns, 1, all);
  const size_t row_bytes = columns * static_cast<size_t>(inputs.x.format->bytes);
  Batch batch{inputs.x.format, rows, columns, inputs.eps, {}, BytesOf(inputs.gamma), BytesOf(inputs.beta)};
  batch.parameter_format = &inputs.parameter_format();
  batch.x.reserve(rows * row_bytes);
  const auto* x = static_cast<const unsigned char*>(inputs.x.data());
  for (size_t i = 0; i < rows; ++i) {
    const unsigned char* row = x + i * all / rows * row_bytes;
    batch.x.insert(batch.x.end(), row, row + row_bytes);
  }
  std::string name = arguments.x.path;
  if (rows != all) name += fmt::format(" ({} of {} rows)", rows, all);
  return {std::move(name), std::move(batch)};
}

}  // namespace exactnorm::measure
