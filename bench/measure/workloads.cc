// SPDX-License-Identifier: Apache-2.0
// Portable randomness: the standard fixes what std::mt19937_64 yields but not what std::normal_distribution makes of
// it, so that one is Boost's: a ziggurat whose values are table entries times uniforms. (It calls exp only to
// reject, so two mathematical libraries that differ in a last bit differ in a draw once in about 2^50.)
#include "bench/measure/workloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/normal_distribution.hpp>
#include <cmath>

#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

using Engine = std::mt19937_64;

double Uniform(Engine& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }  // [0, 1)

std::string None(const Format&) { return {}; }

// A row around kMean keeps its shape if its spread is at least the spacing there.
template <int kMean, int kInverseSpread>
std::string TooCoarse(const Format& f) {
  const double spacing = Spacing(f, kMean);
  if (spacing * kInverseSpread <= 1) return {};
  return fmt::format("numbers in {} around {} lie {} apart", f.name, kMean, spacing);
}

// Student's t with three degrees of freedom: a variance, but no fourth moment, as activations often look.
double HeavyTailed(Engine& engine) {
  double draws[4];
  FillNormal(engine, draws, 0, 1);
  return draws[0] * std::sqrt(3 / (draws[1] * draws[1] + draws[2] * draws[2] + draws[3] * draws[3]));
}

// Three channels, the same in every row, some hundred times larger than the rest: the massive activations of
// language models.
void FillMassiveChannels(Engine& engine, std::span<double> row) {
  FillNormal(engine, row, 0, 1);
  row[row.size() / 7] += 300;
  row[row.size() / 3] -= 150;
  row[row.size() * 5 / 8] += 1200;
}

const Workload kWorkloads[] = {
    {"N(0,1)", "N(0,1)", 1, false, [](Engine& e, const Format&, std::span<double> row) { FillNormal(e, row, 0, 1); },
     None},
    {"N(0,1), affine", "affine", 2, true,
     [](Engine& e, const Format&, std::span<double> row) { FillNormal(e, row, 0, 1); }, None},
    {"N(100,0.01)", "100+", 3, false,
     [](Engine& e, const Format&, std::span<double> row) { FillNormal(e, row, 100, 0.01); }, TooCoarse<100, 100>},
    {"N(2000,1)", "2000+", 4, false,
     [](Engine& e, const Format&, std::span<double> row) { FillNormal(e, row, 2000, 1); }, TooCoarse<2000, 1>},
    {"1000x outlier", "1000x", 5, false,
     [](Engine& e, const Format&, std::span<double> row) {
       FillNormal(e, row, 0, 1);
       row[static_cast<size_t>(e() % row.size())] *= 1000;
     },
     None},
    {"U[1e4,1e4+1]", "1e4+", 6, false,
     [](Engine& e, const Format&, std::span<double> row) {
       for (double& x : row) x = 1e4 + Uniform(e);
     },
     TooCoarse<10000, 1>},
    {"constant row", "const", 7, false,
     [](Engine& e, const Format&, std::span<double> row) {
       FillNormal(e, row.first(1), 0, 1000);
       for (double& x : row) x = row[0];
     },
     None},
    {"1e-20 N(0,1)", "1e-20", 8, false,
     [](Engine& e, const Format&, std::span<double> row) { FillNormal(e, row, 0, 1e-20); },
     [](const Format& f) {
       return std::string(f.least_exponent > -67 ? "underflows to zeros" : "");  // 1e-20 is about 2^-66
     }},
    {"1e30 N(0,1)", "1e30", 9, false,
     [](Engine& e, const Format&, std::span<double> row) { FillNormal(e, row, 0, 1e30); },
     [](const Format& f) { return std::string(LargestFinite(f) < 1e32 ? "overflows to infinities" : ""); }},
    {"subnormals", "subn", 10, false,
     [](Engine& e, const Format& f, std::span<double> row) {
       for (double& x : row) {
         const uint64_t bits = e();  // uniform over the subnormal patterns of f, zeros of both signs included
         const uint64_t fraction = (bits >> 1) & ((uint64_t{1} << (f.precision - 1)) - 1);
         x = std::ldexp(static_cast<double>(fraction), f.least_exponent) * ((bits & 1) != 0 ? -1 : 1);
       }
     },
     None},
    {"heavy tails", "tails", 11, false,
     [](Engine& e, const Format&, std::span<double> row) {
       for (double& x : row) x = HeavyTailed(e);
     },
     None},
    {"massive channels", "massiv", 12, true,
     [](Engine& e, const Format&, std::span<double> row) { FillMassiveChannels(e, row); }, None},
};

}  // namespace

void FillNormal(Engine& engine, std::span<double> row, double mean, double sigma) {
  boost::random::normal_distribution<double> normal;
  for (double& x : row) x = mean + sigma * normal(engine);
}

// A power of two in f's normal range or next to it.
double Spacing(const Format& f, double value) {
  return std::ldexp(1.0, std::max(std::ilogb(value) - f.precision + 1, f.least_exponent));
}

double LargestFinite(const Format& f) {
  const Number largest = Decode(f, f.max_finite());
  return std::ldexp(static_cast<double>(largest.significand), largest.exponent);
}

std::span<const Workload> Workloads() { return kWorkloads; }

Row Batch::RowAt(size_t i, void* y) const {
  const size_t offset = i * columns * static_cast<size_t>(format->bytes);
  return {.operation = operation,
          .x_format = format,
          .parameter_format = parameter_format,
          .y_format = y_format,
          .statistics_format = y_format,
          .columns = columns,
          .eps = eps,
          .x = x.data() + offset,
          .gamma = gamma.empty() ? nullptr : gamma.data(),
          .beta = beta.empty() ? nullptr : beta.data(),
          .y = y,
          .mean = nullptr,
          .rstd = nullptr};
}

Batch Draw(const Workload& workload, const Format& f, size_t rows, size_t columns, double eps, uint64_t seed) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                         static_cast<uint32_t>(workload.stream)};
  Engine engine(sequence);
  const auto bytes = static_cast<size_t>(f.bytes);
  Batch batch{&f, rows, columns, eps, std::vector<unsigned char>(rows * columns * bytes), {}, {}};
  std::vector<double> reals(columns);
  const auto store = [&](std::vector<unsigned char>& array, size_t offset) {
    for (size_t i = 0; i < columns; ++i) Store(f, array.data(), offset + i, RoundedBits(f, reals[i]));
  };
  if (workload.affine) {
    for (double& g : reals) g = 0.5 + Uniform(engine);
    batch.gamma.resize(columns * bytes);
    store(batch.gamma, 0);
    FillNormal(engine, reals, 0, 1);
    batch.beta.resize(columns * bytes);
    store(batch.beta, 0);
  }
  for (size_t row = 0; row < rows; ++row) {
    workload.fill(engine, f, reals);
    store(batch.x, row * columns);
  }
  return batch;
}

}  // namespace exactnorm::measure
