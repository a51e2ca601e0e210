// SPDX-License-Identifier: Apache-2.0
// Speed side by side with the physical limits and with other people's kernels: whole calls by one thread and by all,
// by each target of this CPU, and each stage alone.
// Every round times each subject once, one after the other, so that what slows the machine slows all of them; the
// counters are medians over the rounds: GB/s (read + write) of ours, and our speed over that of each other subject
// in the same round (1.0: as fast; 0.5: half). Four inputs take turns, so that no branch is learned. The first rows
// of our output are certified by integers before anything is timed.
//   normalize_speed [--dram] [Google Benchmark's flags]       --dram adds 2^18 x 768 and 65536 x 4096
// Names, for --benchmark_filter: FORMAT/ROWSxCOLUMNS/KIND, whole calls; then /target:NAME, /all_threads,
// /stage:moments, normalize, sharp or exact. EXACTNORM_TARGET forces the target of all others.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "bench/speed/own_subjects.h"

namespace exactnorm::speed {
namespace {

constexpr size_t kInputs = 4;
constexpr double kSecondsPerMeasurement = 1.5;

double Seconds(const Subject& subject, const Rows& rows, unsigned char* y, size_t calls) {
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < calls; ++i) {
    subject.run(rows, y);
    benchmark::ClobberMemory();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / static_cast<double>(calls);
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

using MakeContest = std::function<Contest(const Rows& shape)>;

void Normalize(benchmark::State& state, const MakeContest& make, Kind kind, const Format* format, size_t rows,
               size_t columns) {
  std::vector<Rows> inputs;
  const size_t count = rows * columns > (1u << 22) ? 1 : kInputs;  // beyond any branch predictor's memory
  for (unsigned seed = 0; seed < count; ++seed) {
    inputs.push_back(MakeRows(kind, *format, rows, columns, seed));
    inputs.back().gamma = inputs[0].gamma;
    inputs.back().beta = inputs[0].beta;
  }
  const auto [subjects, right] = make(inputs[0]);
  if (subjects.empty()) return state.SkipWithError("oneTBB was not found");
  Bytes y(inputs[0].bytes());
  subjects[0].run(inputs[0], y.data());
  if (!right(inputs[0], y.data())) return state.SkipWithError("an output is not correctly rounded");

  // So many calls in a row that a subject's turn takes about 200 us, and so many rounds that all take the given time.
  std::vector<size_t> calls;
  double round_seconds = 0;
  for (const Subject& subject : subjects) {
    const double once = Seconds(subject, inputs[0], y.data(), 1);
    calls.push_back(1 + static_cast<size_t>(2e-4 / once));
    round_seconds += once * static_cast<double>(calls.back());
  }
  const auto rounds = std::clamp<size_t>(static_cast<size_t>(kSecondsPerMeasurement / round_seconds), 3, 200);

  std::vector<std::vector<double>> seconds(subjects.size());
  for (auto _ : state) {
    for (size_t round = 0; round < rounds; ++round) {
      for (size_t s = 0; s < subjects.size(); ++s) {
        seconds[s].push_back(Seconds(subjects[s], inputs[round % count], y.data(), calls[s]));
      }
    }
    state.SetIterationTime(Median(seconds[0]));
  }
  state.counters["GB/s"] = 2e-9 * static_cast<double>(inputs[0].bytes()) / Median(seconds[0]);
  state.counters["ns/element"] = 1e9 * Median(seconds[0]) / static_cast<double>(rows * columns);
  for (size_t s = 1; s < subjects.size(); ++s) {
    std::vector<double> ratios;
    for (size_t i = 0; i < seconds[s].size(); ++i) ratios.push_back(seconds[s][i] / seconds[0][i]);
    state.counters["vs_" + subjects[s].name] = Median(ratios);
  }
}

using Shape = std::pair<size_t, size_t>;

void Register(Kind kind, const Format* format, Shape shape, const std::string& part = "",
              const MakeContest& make = &WholeCalls) {
  const size_t rows = shape.first, columns = shape.second;
  const std::string name =
      std::string(format->name) + "/" + std::to_string(rows) + "x" + std::to_string(columns) + "/" + Name(kind) + part;
  const auto normalize = [=](benchmark::State& state) { Normalize(state, make, kind, format, rows, columns); };
  benchmark::RegisterBenchmark(name.c_str(), normalize)->UseManualTime()->Iterations(1)->Unit(benchmark::kMicrosecond);
}

void RegisterAll(bool dram) {
  std::vector<Shape> shapes = {{48, 64}, {4, 768}, {256, 768}, {48, 4096}, {24, 8192}, {8192, 768}, {4096, 4096}};
  const std::vector<Shape> large = {{size_t{1} << 18, 768}, {65536, 4096}};
  if (dram) shapes.insert(shapes.end(), large.begin(), large.end());
  for (const Shape& shape : shapes) Register(Kind::kBell, &kF32, shape);
  for (const Format* f : {&kBF16, &kF16, &kF64}) {
    for (const Shape& shape : {Shape{256, 768}, Shape{8192, 768}}) Register(Kind::kBell, f, shape);
    if (dram) Register(Kind::kBell, f, large[0]);
  }
  for (const Format* f : {&kF32, &kBF16, &kF16, &kF64}) {
    for (const Kind kind : kKinds) {
      if (kind != Kind::kBell) Register(kind, f, {256, 768});
    }
  }
  for (const fast::Target& target : fast::BuiltTargets()) {
    if (!target.supported) continue;
    const auto on_target = [&target](const Rows& shape) { return OnTarget(target, shape); };
    for (const Format* f : {&kF32, &kBF16, &kF64})
      Register(Kind::kBell, f, {256, 768}, "/target:" + target.name, on_target);
  }
  for (const Shape& shape : dram ? large : std::vector<Shape>{{8192, 768}, {4096, 4096}}) {
    Register(Kind::kBell, &kF32, shape, "/all_threads", &OnAllThreads);
  }
  for (const Format* f : {&kF32, &kBF16}) {
    for (const Shape& shape : {Shape{256, 768}, Shape{48, 4096}}) {
      Register(Kind::kBell, f, shape, "/stage:moments", &MomentsAlone);
      Register(Kind::kBell, f, shape, "/stage:normalize", &NormalizeAlone);
    }
  }
  for (const Format* f : {&kF32, &kF64}) {
    for (const Kind kind : {Kind::kBell, Kind::kCancellation, Kind::kTies}) {
      Register(kind, f, {256, 768}, "/stage:sharp", &SharpAlone);
      Register(kind, f, {256, 768}, "/stage:exact", &ExactAlone);
    }
  }
}

}  // namespace
}  // namespace exactnorm::speed

int main(int argc, char** argv) {
  bool dram = false;
  const auto* end = std::remove_if(argv + 1, argv + argc, [&](const char* argument) {
    const bool is_ours = std::strcmp(argument, "--dram") == 0;
    dram = dram || is_ours;
    return is_ours;
  });
  argc = static_cast<int>(end - argv);

  exactnorm::speed::RegisterAll(dram);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
