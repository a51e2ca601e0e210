// SPDX-License-Identifier: Apache-2.0
#include "lib/exact/row.h"

#include <cstring>
#include <optional>
#include <vector>

#include "lib/exact/moments.h"
#include "lib/exact/rounding.h"
#include "lib/special_values.h"

namespace exactnorm::exact {
namespace {

struct Statistics {
  uint64_t mean;
  uint64_t rstd;
};

void WriteStatistics(const Row& row, const Statistics& statistics) {
  if (row.mean != nullptr) Store(*row.statistics_format, row.mean, 0, statistics.mean);
  if (row.rstd != nullptr) Store(*row.statistics_format, row.rstd, 0, statistics.rstd);
}

void FillWithNan(const Row& row) {
  for (size_t i = 0; i < row.columns; ++i) Store(*row.y_format, row.y, i, row.y_format->nan);
}

// mean = S / sqrt(N^2) and rstd = N / sqrt(D), both of the form that RoundedAffine decides.
Statistics RoundStatistics(const Row& row, const Dyadic& sum, const std::optional<Radicand>& radicand) {
  const Format& f = *row.statistics_format;
  const Dyadic n{row.columns, 0};
  const Dyadic zero{0, 0};
  Statistics result{0, f.infinity};
  if (row.mean != nullptr) result.mean = RoundedAffine(f, sum, Radicand(Square(n)), zero);
  if (row.rstd != nullptr && radicand) result.rstd = RoundedAffine(f, n, *radicand, zero);
  return result;
}

// g_i = 1 and b_i = 0 are decoded like any other, so an absent array takes the same path.
uint64_t RoundElement(const Row& row, size_t i, const Moments& moments, const Radicand& radicand) {
  const Format& p = *row.parameter_format;
  const Dyadic x = ToDyadic(Decode(*row.x_format, Load(*row.x_format, row.x, i)));
  Dyadic deviation = Dyadic{row.columns, 0} * x;  // N x_i, for LayerNorm N (x_i - mu)
  if (row.operation == EXACTNORM_LAYER_NORM) deviation = deviation - moments.sum;
  const uint64_t gamma = row.gamma_bits(i);
  const uint64_t beta = row.beta_bits(i);
  if (const auto special = SpecialElement(p, gamma, beta, deviation.sign(), *row.y_format)) return *special;
  return RoundedAffine(*row.y_format, ToDyadic(Decode(p, gamma)) * deviation, radicand, ToDyadic(Decode(p, beta)));
}

}  // namespace

void NormalizeRow(const Row& row) {
  const std::optional<Moments> moments = ComputeMoments(row);
  if (!moments) {  // rule 1: a NaN or infinity in x
    WriteStatistics(row, {row.statistics_format->nan, row.statistics_format->nan});
    FillWithNan(row);
    return;
  }
  if (moments->radicand.sign() == 0) {  // rule 2: var + eps = 0
    const Statistics statistics = RoundStatistics(row, moments->sum, std::nullopt);
    WriteStatistics(row, statistics);
    FillWithNan(row);
    return;
  }
  const Radicand radicand(moments->radicand);
  const Statistics statistics = RoundStatistics(row, moments->sum, radicand);
  // The row is complete before anything is written, so running out of memory loses nothing in place.
  const auto bytes = static_cast<size_t>(row.y_format->bytes);
  std::vector<unsigned char> y(row.columns * bytes);
  for (size_t i = 0; i < row.columns; ++i) {
    Store(*row.y_format, y.data(), i, RoundElement(row, i, *moments, radicand));
  }
  std::memcpy(row.y, y.data(), y.size());
  WriteStatistics(row, statistics);
}

void FinishRow(const Row& row, std::span<const uint32_t> columns, bool statistics) {
  if (columns.empty() && !statistics) return;
  const Moments moments = ComputeMoments(row).value();
  const Radicand radicand(moments.radicand);
  if (statistics) WriteStatistics(row, RoundStatistics(row, moments.sum, radicand));
  for (const uint32_t i : columns) Store(*row.y_format, row.y, i, RoundElement(row, i, moments, radicand));
}

}  // namespace exactnorm::exact
