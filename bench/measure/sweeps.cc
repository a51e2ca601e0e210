// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/sweeps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace exactnorm::measure {
namespace {

using Engine = std::mt19937_64;

std::string None(const Format&, double) { return {}; }

std::string SpacedWiderThanOne(const Format& f, double value) {
  const double spacing = Spacing(f, value);
  if (spacing <= 1) return {};
  return fmt::format("numbers in {} around {} lie {} apart", f.name, value, spacing);
}

// Normal draws stay below 16 times their sigma.
std::string OverflowsAtSixteen(const Format& f, double value) {
  return 16 * value > LargestFinite(f) ? fmt::format("{} overflows in {}", value, f.name) : std::string();
}

Shape Standard(Shape standard, double) { return standard; }

constexpr Sweep kSweeps[] = {
    {"mean", "|mean| / sigma of the row", "x = mean + N(0,1)", 101, 0, 30, 2,
     [](Engine& e, double mean, std::span<double> row) { FillNormal(e, row, mean, 1); }, SpacedWiderThanOne, Standard},
    {"columns", "N, the length of the row", "x = 1 + N(0,1)", 102, 0, 20, 1,
     [](Engine& e, double, std::span<double> row) { FillNormal(e, row, 1, 1); }, None,
     [](Shape s, double columns) {
       s.columns = static_cast<size_t>(columns);
       s.rows = std::clamp<size_t>(2048 / s.columns, 1, 64);
       return s;
     }},
    {"eps", "eps / variance", "x = N(0,1)", 103, -40, 40, 4,
     [](Engine& e, double, std::span<double> row) { FillNormal(e, row, 0, 1); }, None,
     [](Shape s, double eps) {
       s.eps = eps;
       return s;
     }},
    {"outlier", "size of the outlier / sigma of the rest", "x = N(0,1), one element replaced", 104, 0, 30, 2,
     [](Engine& e, double size, std::span<double> row) {
       FillNormal(e, row, 0, 1);
       row[static_cast<size_t>(e() % row.size())] = size;
     },
     OverflowsAtSixteen, Standard},
    {"scale", "sigma of the row", "x = sigma N(0,1)", 105, -24, 16, 2,
     [](Engine& e, double sigma, std::span<double> row) { FillNormal(e, row, 0, sigma); }, OverflowsAtSixteen,
     Standard},
};

}  // namespace

std::span<const Sweep> Sweeps() { return kSweeps; }

Workload WorkloadAt(const Sweep& sweep, int log2_parameter) {
  const double parameter = std::ldexp(1.0, log2_parameter);
  return {fmt::format("{} 2^{}", sweep.name, log2_parameter),
          "",
          sweep.stream,
          false,
          [&sweep, parameter](Engine& e, const Format&, std::span<double> row) { sweep.fill(e, parameter, row); },
          [&sweep, parameter](const Format& f) { return sweep.obstacle(f, parameter); }};
}

Shape ShapeAt(const Sweep& sweep, int log2_parameter, size_t columns, double eps) {
  return sweep.shape({8, std::min<size_t>(columns, 256), eps}, std::ldexp(1.0, log2_parameter));
}

std::vector<size_t> CoarseToFine(size_t count) {
  std::vector<size_t> order;
  for (const auto& [first, step] : {std::pair<size_t, size_t>{0, 4}, {2, 4}, {1, 2}}) {
    for (size_t i = first; i < count; i += step) order.push_back(i);
  }
  return order;
}

}  // namespace exactnorm::measure
