// SPDX-License-Identifier: Apache-2.0
// Processor time of LayerNorm's axes, one thread, beside dense eigen-solvers on the same gains, in the same run.
//   lengths/N     all semi-axes; vs_X: the time of X, values only, over ours
//   directions/N  all semi-axes and all directions; vs_X: the time of X with eigenvectors over ours
//   growth        the time at 16384 over that at 4096
// A dense solver runs once (it takes seconds), ours before and after it; ratios are to the median of ours. Every
// eigenvalue of theirs is compared with ours before a ratio is given out. Beyond 4096 (2048 with vectors) only ours
// run.
//   geometry_speed [Google Benchmark's flags]
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <random>
#include <string>

#include "bench/speed/dense_solvers.h"
#include "exactnorm/geometry/axes.hpp"

namespace exactnorm::speed {
namespace {

using geometry::Axes;

std::vector<double> Gains(std::size_t n) {
  std::mt19937_64 random(n);
  std::normal_distribution<double> bell(1, 0.3);
  std::vector<double> gains(n);
  for (double& g : gains) g = bell(random);
  return gains;
}

// Processor time: whoever else uses the machine would stretch the long runs of the others, not the short ones of ours.
template <class Work>
double Seconds(const Work& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The work under test; `v` is empty (lengths only) or takes all directions, row by row.
void FindAxes(const std::vector<double>& gains, Axes& axes, std::vector<double>& v) {
  if (axes.of_layer_norm(gains) != geometry::AxesStatus::ok) std::abort();
  if (v.empty()) return;
  const std::size_t n = gains.size();
  for (std::size_t axis = 0; axis < axes.size(); ++axis) axes.direction(axis, std::span(v).subspan(axis * n, n));
  benchmark::ClobberMemory();
}

// Dense solvers are backward stable: within 10 N^2 u of the largest eigenvalue (Golub and Van Loan, section 8.3, with
// room). That both speak of the same matrix is all that is asked here; tests/geometry has the accuracy.
bool SameAxes(const Axes& axes, const std::vector<double>& eigenvalues) {
  const std::size_t n = axes.dimension();
  if (eigenvalues.size() != n) return false;
  const auto size = static_cast<double>(n);
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    const double m = axes.lengths()[axis] * axes.lengths()[axis] / size;
    if (std::fabs(m - eigenvalues[n - 1 - axis]) > 10 * size * size * 0x1p-53 * eigenvalues[n - 1]) return false;
  }
  return true;
}

void Measure(benchmark::State& state, std::size_t n, bool vectors, bool dense) {
  const std::vector<double> gains = Gains(n);
  std::vector<double> v(vectors ? n * n : 0);
  Axes axes;
  std::vector<double> seconds;
  const auto ours = [&] {
    for (int i = 0; i < 5; ++i) seconds.push_back(Seconds([&] { FindAxes(gains, axes, v); }));
  };
  for (auto _ : state) {
    ours();
    std::vector<std::pair<std::string, double>> others;
    for (const DenseSolver& solver : dense ? DenseSolvers() : std::vector<DenseSolver>()) {
      std::vector<double> eigenvalues;
      others.emplace_back("vs_" + solver.name, Seconds([&] { eigenvalues = solver.run(gains, vectors); }));
      if (!SameAxes(axes, eigenvalues)) return state.SkipWithError(("other axes than " + solver.name).c_str());
      ours();
    }
    state.SetIterationTime(Median(seconds));
    for (const auto& [name, time] : others) {
      state.counters[name] = time / Median(seconds);
      state.counters[name.substr(3) + "_s"] = time;
    }
  }
}

void Growth(benchmark::State& state) {
  const std::vector<double> small = Gains(4096), large = Gains(16384);
  std::vector<double> ratios, none;
  Axes axes;
  for (auto _ : state) {
    for (int round = 0; round < 5; ++round) {
      const double once = Seconds([&] { FindAxes(small, axes, none); });
      ratios.push_back(Seconds([&] { FindAxes(large, axes, none); }) / once);
    }
    state.SetIterationTime(1);
  }
  state.counters["ratio"] = Median(ratios);
}

template <class... Arguments>
void Register(const std::string& name, Arguments... arguments) {
  benchmark::RegisterBenchmark(name.c_str(), arguments...)
      ->UseManualTime()
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace exactnorm::speed

int main(int argc, char** argv) {
  using namespace exactnorm::speed;
  for (const std::size_t n : {256u, 1024u, 2048u, 4096u, 16384u, 65536u}) {
    Register("lengths/" + std::to_string(n), Measure, n, false, n <= 4096);
  }
  for (const std::size_t n : {256u, 1024u, 2048u, 4096u}) {
    Register("directions/" + std::to_string(n), Measure, n, true, n <= 2048);
  }
  Register("growth", Growth);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
