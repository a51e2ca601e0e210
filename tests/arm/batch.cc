// SPDX-License-Identifier: Apache-2.0
#include "tests/arm/batch.h"

#include <stdexcept>

#include "lib/exact/row.h"

namespace exactnorm::rows {
namespace {

Batch::Bytes Pack(const Format& f, const Bits& bits) {
  Batch::Bytes bytes(bits.size() * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < bits.size(); ++i) Store(f, bytes.data(), i, bits[i]);
  return bytes;
}

// Around the lengths of vectors, groups and blocks; else short.
size_t Columns(Generator& random) {
  constexpr size_t kEdges[] = {3071, 3073, 4097, 1,  2,  3,  4,   5,   7,   8,   9,   15,  16,
                               17,   31,   32,   33, 63, 65, 128, 255, 257, 511, 513, 768, 1025};
  return random.Below(4) == 0 ? 1 + random.Below(100) : kEdges[random.Below(std::size(kEdges))];
}

// beta = -RN(g t) of the first row: what is left of g t + beta is below its last bit.
void CancelAgainstBeta(Problem& p, size_t columns) {
  Problem without = p;
  without.beta.clear();
  without.y_format = p.parameter_format;
  Batch batch(without, p.x.size() / columns);
  exact::NormalizeRow(batch.row(0));
  p.beta.resize(columns);
  for (size_t i = 0; i < columns; ++i) {
    const uint64_t bits = Load(*p.parameter_format, batch.y.data(), i);
    p.beta[i] = IsFinite(*p.parameter_format, bits) ? bits ^ p.parameter_format->sign : 0;
  }
}

// The least normal gammas and subnormal betas: results are about as small, and a flushed beta shows.
void FallBelowNormal(Generator& random, Problem& p, size_t columns) {
  const uint64_t binade = uint64_t{1} << (p.parameter_format->precision - 1);
  p.gamma.resize(columns);
  for (uint64_t& g : p.gamma) g = binade + random.Below(4 * binade);
  p.beta = random.Numbers(*p.parameter_format, Family::kSubnormal, columns);
}

}  // namespace

std::vector<Formats> Combinations() {
  const Format* const fast[] = {&kF32, &kBF16, &kF16};
  std::vector<Formats> all;
  for (const Format* x : fast) {
    for (const Format* parameter : fast) {
      for (const Format* y : fast) all.push_back({x, parameter, y});
    }
  }
  all.push_back({&kF64, &kF64, &kF64});  // the sharp stage
  all.push_back({&kF32, &kF64, &kF32});
  return all;
}

Batch::Batch(const Problem& p, size_t row_count)
    : problem(p),
      rows(row_count),
      columns(p.x.size() / row_count),
      x(Pack(*p.x_format, p.x)),
      gamma(Pack(*p.parameter_format, p.gamma)),
      beta(Pack(*p.parameter_format, p.beta)),
      y(p.x.size() * static_cast<size_t>(p.y_format->bytes)),
      mean(rows * static_cast<size_t>(p.statistics_format->bytes)),
      rstd(mean.size()) {}

Row Batch::row(size_t i) {
  const Problem& p = problem;
  const size_t statistic = i * static_cast<size_t>(p.statistics_format->bytes);
  return {p.operation,
          p.x_format,
          p.parameter_format,
          p.y_format,
          p.statistics_format,
          columns,
          p.eps,
          x.data() + i * columns * static_cast<size_t>(p.x_format->bytes),
          gamma.empty() ? nullptr : gamma.data(),
          beta.empty() ? nullptr : beta.data(),
          y.data() + i * columns * static_cast<size_t>(p.y_format->bytes),
          p.operation == EXACTNORM_LAYER_NORM ? mean.data() + statistic : nullptr,
          rstd.data() + statistic};
}

void Batch::NormalizeExactly() {
  for (size_t i = 0; i < rows; ++i) exact::NormalizeRow(row(i));
}

void Batch::Normalize() {
  const Row first = row(0);
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = first.operation;
  call.x_format = FormatId(*first.x_format);
  call.parameter_format = FormatId(*first.parameter_format);
  call.y_format = FormatId(*first.y_format);
  call.statistics_format = FormatId(*first.statistics_format);
  call.rows = rows;
  call.columns = columns;
  call.eps = first.eps;
  call.x = first.x;
  call.gamma = first.gamma;
  call.beta = first.beta;
  call.y = first.y;
  call.mean = first.mean;
  call.rstd = first.rstd;
  const exactnorm_status status = exactnorm_normalize(&call, nullptr);
  if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
}

Batch NextBatch(Generator& random, const Formats& f, exactnorm_operation operation, Family family) {
  constexpr double kEps[] = {1e-5, 0.0, 1e-12, 1.0};
  size_t columns = Columns(random);
  size_t rows = columns > 200 ? 1 + random.Below(3) : 1 + random.Below(10);
  Problem p{operation, f.x, f.parameter, f.y, f.y, kEps[random.Below(4)], {}, {}, {}};
  for (size_t i = 0; i < rows; ++i) {  // one at a time: a near-constant row has a base of its own
    const Bits row = random.Numbers(*f.x, family, columns);
    p.x.insert(p.x.end(), row.begin(), row.end());
  }
  const auto parameters = [&] {
    const bool bell = random.Below(2) != 0;
    const auto any = static_cast<Family>(random.Below(kFamilies));
    return random.Numbers(*f.parameter, bell ? Family::kBell : any, columns);
  };
  if (random.Below(4) != 0) p.gamma = parameters();
  if (random.Below(4) != 0) p.beta = parameters();
  switch (random.Below(16)) {
    case 0: CancelAgainstBeta(p, columns); break;
    case 1:
      p.x.resize(columns);
      random.PlaceOnTies(p);
      rows = 1;
      break;
    case 2: random.PlaceNonFinite(p); break;
    case 3: FallBelowNormal(random, p, columns); break;
    default: break;
  }
  return Batch(p, rows);
}

}  // namespace exactnorm::rows
