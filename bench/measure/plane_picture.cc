// SPDX-License-Identifier: Apache-2.0
#include "bench/measure/plane_picture.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>

#include "bench/measure/algorithms/arithmetic.h"
#include "bench/measure/figures_output.h"
#include "bench/measure/rounded_bits.h"
#include "exactnorm/geometry/axes.hpp"

namespace exactnorm::measure {
namespace {

using Engine = std::mt19937_64;
using Json = nlohmann::ordered_json;

constexpr size_t kColumns = 3;
constexpr std::array<double, kColumns> kGamma = {1.5, 1, 0.5};  // in every format

// A power of two from 2^least to 2^most, times a number in [1, 2): IEEE operations only, the same everywhere.
double Magnitude(Engine& engine, int least, int most) {
  const double fraction = 1 + static_cast<double>(engine() >> 11) * 0x1p-53;
  return std::ldexp(fraction, least + static_cast<int>(engine() % static_cast<uint64_t>(most - least + 1)));
}

void Fill(Engine& engine, const Format& f, double eps, std::span<double> row) {
  // Within 2^-10 and 2^8 every format holds the row.
  const double unit = eps == 0 ? 1 : std::clamp(std::sqrt(eps), 0x1p-8, 0x1p5);
  const double sigma = unit * Magnitude(engine, -2, 2);
  const double size = sigma * Magnitude(engine, -1, f.precision / 2 - 1);
  FillNormal(engine, row, engine() % 2 == 0 ? size : -size, sigma);
}

// Unit vector across the plane sum y_i / g_i = 0, as the length of (1 / g_i).
double NormalLength() {
  double sum = 0;
  for (const double g : kGamma) sum += 1 / (g * g);
  return std::sqrt(sum);
}

std::string Broken(const geometry::RowVerdict& verdict) {
  std::string letters;
  for (const Claim claim : kClaims) {
    if (VerdictOf(verdict, claim).outcome == geometry::Outcome::kBroken) letters += ClaimName(claim)[0];
  }
  return letters;
}

PlanePoint PointOf(const PlanePicture& picture, const Row& row, const geometry::RowVerdict& verdict) {
  const Format& f = *row.y_format;
  PlanePoint point;
  point.broken = Broken(verdict);
  for (size_t i = 0; i < kColumns; ++i) {
    const uint64_t bits = Load(f, row.y, i);
    if (!IsFinite(f, bits)) return point;
    for (size_t k = 0; k < 2; ++k) point.along[k] += picture.directions[k][i] * Value(f, bits);
  }
  point.off = verdict.plane.value / NormalLength();
  point.drawn = std::isfinite(point.along[0]) && std::isfinite(point.along[1]) && std::isfinite(point.off);
  return point;
}

void FindAxes(PlanePicture& picture) {
  geometry::Axes axes;
  const geometry::AxesStatus status = axes.of_layer_norm(kGamma);
  if (status == geometry::AxesStatus::out_of_memory) throw std::bad_alloc();
  if (status != geometry::AxesStatus::ok) throw std::runtime_error(std::string(geometry::message(status)));
  for (size_t k = 0; k < 2; ++k) {
    picture.lengths[k] = axes.lengths()[k];
    axes.direction(k, picture.directions[k]);
  }
}

Json HexFloats(const Format& f, const std::vector<unsigned char>& array, size_t first) {
  Json numbers = Json::array();
  for (size_t i = 0; i < kColumns; ++i) numbers.push_back(HexFloat(f, Load(f, array.data(), first + i)));
  return numbers;
}

Json PointsJson(const std::vector<PlanePoint>& points) {
  Json json = {{"along_longer", Json::array()},
               {"along_shorter", Json::array()},
               {"off_plane", Json::array()},
               {"broken", Json::array()}};
  for (const PlanePoint& p : points) {
    json["along_longer"].push_back(p.drawn ? Json(p.along[0]) : Json(nullptr));
    json["along_shorter"].push_back(p.drawn ? Json(p.along[1]) : Json(nullptr));
    json["off_plane"].push_back(p.drawn ? Json(p.off) : Json(nullptr));
    json["broken"].push_back(p.broken);
  }
  return json;
}

}  // namespace

Batch PlaneBatch(const Format& format, double eps, uint64_t seed) {
  const Workload rows{"plane",
                      "",
                      kPlaneStream,
                      false,
                      [eps](Engine& engine, const Format& f, std::span<double> row) { Fill(engine, f, eps, row); },
                      [](const Format&) { return std::string(); }};
  Batch batch = Draw(rows, format, kPlaneRows, kColumns, eps, seed);
  batch.gamma.resize(kColumns * static_cast<size_t>(format.bytes));
  for (size_t i = 0; i < kColumns; ++i) Store(format, batch.gamma.data(), i, RoundedBits(format, kGamma[i]));
  return batch;
}

PlanePicture DrawnPlane(const std::vector<Subject>& subjects, const Format& format, double eps, uint64_t seed) {
  PlanePicture picture{PlaneBatch(format, eps, seed), {}, {}, {}};
  FindAxes(picture);
  picture.points.resize(subjects.size());
  const ClaimCheck check(picture.batch);
  std::vector<unsigned char> y(kColumns * static_cast<size_t>(format.bytes));
  for (size_t k = 0; k < subjects.size(); ++k) {
    for (size_t i = 0; i < picture.batch.rows; ++i) {
      const Row row = picture.batch.RowAt(i, y.data());
      try {
        subjects[k].run(row);
        picture.points[k].push_back(PointOf(picture, row, check(row, y.data())));
      } catch (const RowUnsupported&) {
        picture.points[k].push_back({.broken = "-"});
      }
    }
  }
  return picture;
}

nlohmann::ordered_json PlaneJson(const PlanePicture& picture, const std::vector<Subject>& subjects) {
  const Batch& batch = picture.batch;
  Json x = Json::array();
  for (size_t i = 0; i < batch.rows; ++i) x.push_back(HexFloats(*batch.format, batch.x, i * kColumns));
  Json outputs = Json::object();
  for (size_t k = 0; k < subjects.size(); ++k) outputs[subjects[k].name] = PointsJson(picture.points[k]);
  return {{"gamma", HexFloats(*batch.format, batch.gamma, 0)},
          {"semi_axes", picture.lengths},
          {"directions", picture.directions},
          {"x", x},
          {"outputs", outputs}};
}

}  // namespace exactnorm::measure
