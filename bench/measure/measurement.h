// SPDX-License-Identifier: Apache-2.0
// Every subject on every point in every format: settings -> error figures. Deterministic for its settings, however
// many threads run it, but for the searches, which get as far as the time allows.
#ifndef EXACTNORM_BENCH_MEASURE_MEASUREMENT_H_
#define EXACTNORM_BENCH_MEASURE_MEASUREMENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/measure/claim_figures.h"
#include "bench/measure/error_figures.h"
#include "bench/measure/search.h"
#include "bench/measure/workloads.h"
#include "exactnorm/exactnorm.h"

namespace exactnorm::measure {

// Thrown by Subject::run: the subject does not do such rows. They are not held against it.
struct RowUnsupported {};

// Something that normalises a row: from row.x, gamma and beta to row.y.
struct Subject {
  std::string name;        // "two-pass f16 x2^-8"
  std::string algorithm;   // "two-pass"
  std::string arithmetic;  // "f16 x2^-8", or kExactly, or kUnknown of a plugged kernel
  std::string summary;
  std::function<void(const Row& row)> run;
};

inline constexpr char kExactly[] = "exact";
inline constexpr char kUnknown[] = "unknown";

// exactnorm first, then algorithms/. With a prescale k != 0 the kernels that compute in a 16-bit format are there a
// second time: on RN(2^k x) in the format of the rows, with 4^k eps. That is LayerNorm all the same, and what static
// scaling does to overflow and error.
// Source: SLaNC: Static LayerNorm Calibration (its scales come from the weights before; here it is one power of two).
std::vector<Subject> Subjects(exactnorm_operation operation, const Format& format, int prescale = 0);

// Rows that the user gave; measured for every operation in their own format.
struct OwnRows {
  std::string name;
  Batch batch;
};

inline constexpr char kDistributions[] = "distributions";
inline constexpr char kReportedBugs[] = "reported bugs";

class PluggedKernel;  // plugged_kernel.h
struct PlanePicture;  // plane_picture.h

struct Settings {
  std::vector<exactnorm_operation> operations = {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM};
  std::vector<const Format*> formats = {kFormats[0], kFormats[1], kFormats[2], kFormats[3]};
  size_t rows = 32;
  size_t columns = 768;
  double eps = 1e-5;
  uint64_t seed = 1;
  std::shared_ptr<const OwnRows> own_rows;   // or null
  bool sweeps = false;                       // and, of LayerNorm, the picture of rows of three
  bool claims = false;                       // in the text, where they would take room; they are always measured
  int prescale = 0;                          // log2; 0: none
  uint64_t search_steps = 0;                 // rows to try for each worst case; 0: as many as `seconds` allow
  double seconds = 0;                        // 0: no search; else for all searches of worst cases together, on all
                                             // threads, and for all sweeps, which leave out what is left by then
  std::vector<PluggedKernel*> kernels = {};  // measured too, last, in the sections that they support
};

// What all subjects are measured on at once.
struct Point {
  std::string group;                   // kDistributions, kReportedBugs, or the name of a sweep
  std::string name;                    // within the group
  std::string head = {};               // of a table\'s column; a distribution has one
  int log2_parameter = 0;              // of a sweep
  std::string obstacle;                // why the format cannot hold it; empty: none
  size_t columns_measured = SIZE_MAX;  // of a row; of a longer one, so many at equal distances
  std::function<Batch()> draw;
};

// Figures per subject, in the order of the section's subjects; none if there is an obstacle.
struct Result {
  Point point;
  std::vector<ErrorFigures> figures;
  std::vector<ClaimFigures> claims;  // on the same rows and outputs, with all columns
};

struct Section {
  exactnorm_operation operation;
  const Format* format;
  std::vector<Subject> subjects;
  std::vector<Result> results;
  std::vector<Record> records;                // per subject; none without a search
  std::shared_ptr<const PlanePicture> plane;  // or null: without sweeps, and of RMSNorm, which has no plane
};

struct Measurement {
  Settings settings;
  std::vector<Section> sections;  // by operation, then by format
};

const char* OperationName(exactnorm_operation operation);  // layer_norm, rms_norm

// Throws std::bad_alloc, and std::runtime_error if the library refuses a call.
Measurement Measure(const Settings& settings, exactnorm_parallel_for parallel_for);

// All tasks in order, on the caller's thread.
void InOrder(void* name, size_t tasks, void (*task)(void* argument, size_t index), void* argument);

}  // namespace exactnorm::measure
#endif  // EXACTNORM_BENCH_MEASURE_MEASUREMENT_H_
