// SPDX-License-Identifier: Apache-2.0
// The exact answers of a row are computed once and held against each subject's y. A task is one point.
#include "bench/measure/measurement.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "bench/measure/plane_picture.h"
#include "bench/measure/plugged_kernel.h"
#include "bench/measure/reported_bugs.h"
#include "bench/measure/sweeps.h"

namespace exactnorm::measure {
namespace {

constexpr size_t kSample = 1024;  // columns of a long row in a sweep: their exact answers take most of the time

Point DrawnPoint(const Workload& workload, exactnorm_operation operation, const Format& f, const Shape& shape,
                 uint64_t seed) {
  Point point;
  point.group = kDistributions;
  point.name = workload.name;
  point.head = workload.head;
  point.obstacle = workload.obstacle(f);
  point.draw = [workload, operation, &f, shape, seed] {
    Batch batch = Draw(workload, f, shape.rows, shape.columns, shape.eps, seed);
    batch.operation = operation;
    return batch;
  };
  return point;
}

Point OwnPoint(std::shared_ptr<const OwnRows> rows, exactnorm_operation operation, const Format& f) {
  Point point;
  point.group = kDistributions;
  point.name = rows->name;
  point.head = "yours";
  if (*rows->batch.format != f) point.obstacle = std::string("numbers of the file are ") + rows->batch.format->name;
  point.draw = [rows = std::move(rows), operation] {
    Batch batch = rows->batch;
    batch.operation = operation;
    return batch;
  };
  return point;
}

std::vector<Point> Points(exactnorm_operation operation, const Format& f, const Settings& settings) {
  std::vector<Point> points;
  if (settings.own_rows != nullptr) points.push_back(OwnPoint(settings.own_rows, operation, f));
  for (const Workload& workload : Workloads()) {
    points.push_back(
        DrawnPoint(workload, operation, f, {settings.rows, settings.columns, settings.eps}, settings.seed));
  }
  for (const ReportedBug& bug : ReportedBugs()) {
    if (bug.batch.operation != operation || *bug.batch.format != f) continue;
    points.push_back({kReportedBugs, bug.source, "", 0, "", kSample, [&bug] { return bug.batch; }});
  }
  if (!settings.sweeps) return points;
  for (const Sweep& sweep : Sweeps()) {
    for (int exponent = sweep.first; exponent <= sweep.last; exponent += sweep.step) {
      points.push_back(DrawnPoint(WorkloadAt(sweep, exponent), operation, f,
                                  ShapeAt(sweep, exponent, settings.columns, settings.eps), settings.seed));
      points.back().group = sweep.name;
      points.back().log2_parameter = exponent;
      points.back().columns_measured = kSample;
    }
  }
  return points;
}

// The first and last column, and those between at equal distances.
std::vector<size_t> Sample(size_t columns, size_t wanted) {
  const size_t count = std::min(columns, wanted);
  std::vector<size_t> sample(count);
  for (size_t i = 0; i < count; ++i) sample[i] = count == 1 ? 0 : i * (columns - 1) / (count - 1);
  return sample;
}

// A claim takes the whole row, and exact decisions about rows up to 2^20 long would take longer than all the rest:
// of a sweep, those whose every column is measured.
bool MeasuresClaims(const Point& point, size_t columns) {
  return point.group == kReportedBugs || columns <= point.columns_measured;
}

void MeasurePoint(const std::vector<Subject>& subjects, Result& result) {
  if (!result.point.obstacle.empty()) return;
  result.figures.resize(subjects.size());
  result.claims.resize(subjects.size());
  const Batch batch = result.point.draw();
  std::vector<unsigned char> y(batch.columns * static_cast<size_t>(batch.y_format->bytes));
  const ClaimCheck check(batch);
  const bool claims = MeasuresClaims(result.point, batch.columns);
  const std::vector<size_t> columns = Sample(batch.columns, result.point.columns_measured);
  for (size_t i = 0; i < batch.rows; ++i) {
    const Row row = batch.RowAt(i, y.data());
    const std::vector<ExactAnswer> answers = ExactAnswers(row, columns);
    for (size_t k = 0; k < subjects.size(); ++k) {
      try {
        subjects[k].run(row);
      } catch (const RowUnsupported&) {
        continue;
      }
      result.figures[k].Add(row, columns, answers, y.data(), i);
      if (claims) result.claims[k].Add(check(row, y.data()));
    }
  }
}

// Nothing may leave an executor: the first exception waits here, and makes the remaining tasks return at once.
struct Tasks {
  std::vector<std::function<void()>> list;
  std::atomic<bool> failed = false;
  std::mutex mutex;
  std::exception_ptr exception;

  void Run(size_t index) {
    if (failed) return;
    try {
      list[index]();
    } catch (...) {
      const std::scoped_lock lock(mutex);
      failed = true;
      if (!exception) exception = std::current_exception();
    }
  }

  void RunAll(std::string name, exactnorm_parallel_for parallel_for) {
    parallel_for(
        name.data(), list.size(), [](void* t, size_t index) { static_cast<Tasks*>(t)->Run(index); }, this);
    if (exception) std::rethrow_exception(exception);
  }
};

bool InSweep(const Result& result) {
  return result.point.group != kDistributions && result.point.group != kReportedBugs;
}

void MeasureDistributions(Measurement& measurement, exactnorm_parallel_for parallel_for) {
  const Settings& settings = measurement.settings;
  Tasks tasks;
  for (Section& section : measurement.sections) {
    for (Result& result : section.results) {
      if (!InSweep(result)) tasks.list.emplace_back([&section, &result] { MeasurePoint(section.subjects, result); });
    }
    if (settings.sweeps && section.operation == EXACTNORM_LAYER_NORM) {
      tasks.list.emplace_back([&section, &settings] {
        section.plane = std::make_shared<const PlanePicture>(
            DrawnPlane(section.subjects, *section.format, settings.eps, settings.seed));
      });
    }
  }
  tasks.RunAll("exactnorm measure", parallel_for);
}

// Until the time is over; what has begun is finished. A quarter of the points already spans every sweep.
void MeasureSweeps(Measurement& measurement, exactnorm_parallel_for parallel_for) {
  const double seconds = measurement.settings.seconds;
  std::vector<std::pair<Section*, Result*>> points;
  for (Section& section : measurement.sections) {
    for (Result& result : section.results) {
      if (InSweep(result)) points.emplace_back(&section, &result);
    }
  }
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  Tasks tasks;
  for (const size_t i : CoarseToFine(points.size())) {
    tasks.list.emplace_back([point = points[i], seconds, end] {
      if (seconds > 0 && Clock::now() >= end) {
        if (point.second->point.obstacle.empty()) point.second->point.obstacle = "not measured within --seconds";
        return;
      }
      MeasurePoint(point.first->subjects, *point.second);
    });
  }
  tasks.RunAll("exactnorm measure, sweeps", parallel_for);
}

constexpr double kNoLimit = 1e8;  // seconds

// Every subject's search gets the same share of the time.
void SearchWorstCases(Measurement& measurement, exactnorm_parallel_for parallel_for) {
  const Settings& settings = measurement.settings;
  size_t searches = 0;
  for (const Section& section : measurement.sections) searches += section.subjects.size();
  const double threads = std::max(1u, std::thread::hardware_concurrency());
  const double share = settings.seconds * threads / static_cast<double>(searches);
  Tasks tasks;
  for (Section& section : measurement.sections) {
    section.records.resize(section.subjects.size());
    for (size_t k = 0; k < section.subjects.size(); ++k) {
      tasks.list.emplace_back([&section, &settings, k, share] {
        // A row that the subject does not do counts as right: no record.
        const auto run = [&section, k](const Row& row) {
          try {
            section.subjects[k].run(row);
          } catch (const RowUnsupported&) {
            section.subjects.front().run(row);
          }
        };
        const Search search{section.operation, section.format, settings.eps, settings.seed};
        section.records[k] = settings.search_steps > 0 ? WorstCase(search, run, kNoLimit, settings.search_steps)
                                                       : WorstCase(search, run, share);
      });
    }
  }
  tasks.RunAll("exactnorm measure, worst cases", parallel_for);
}

}  // namespace

const char* OperationName(exactnorm_operation operation) {
  return operation == EXACTNORM_RMS_NORM ? "rms_norm" : "layer_norm";
}

void InOrder(void*, size_t tasks, void (*task)(void* argument, size_t index), void* argument) {
  for (size_t i = 0; i < tasks; ++i) task(argument, i);
}

Measurement Measure(const Settings& settings, exactnorm_parallel_for parallel_for) {
  Measurement measurement{settings, {}};
  for (const exactnorm_operation operation : settings.operations) {
    for (const Format* f : settings.formats) {
      Section section{operation, f, Subjects(operation, *f, settings.prescale), {}, {}, nullptr};
      for (PluggedKernel* kernel : settings.kernels) {
        if (auto subject = kernel->AsSubject(operation, *f, settings.columns)) section.subjects.push_back(*subject);
      }
      for (Point& point : Points(operation, *f, settings)) section.results.push_back({std::move(point), {}, {}});
      measurement.sections.push_back(std::move(section));
    }
  }
  MeasureDistributions(measurement, parallel_for);
  if (settings.sweeps) MeasureSweeps(measurement, parallel_for);
  if (settings.seconds > 0 || settings.search_steps > 0) SearchWorstCases(measurement, parallel_for);
  return measurement;
}

}  // namespace exactnorm::measure
