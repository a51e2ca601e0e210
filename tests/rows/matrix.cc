// SPDX-License-Identifier: Apache-2.0
#include "tests/rows/matrix.h"

#include <algorithm>
#include <stdexcept>

#include "lib/exact/row.h"

namespace exactnorm::rows {
namespace {

void Check(exactnorm_status status) {
  if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
}

}  // namespace

Problem Matrix::problem(size_t row) const {
  Problem p = first;
  p.x = x(row);
  return p;
}

Matrix AnyMatrix(Generator& random, const Format& x, const Format& parameter, const Format& y, const Format& statistics,
                 size_t max_rows, size_t max_columns) {
  Matrix m{random.Next(x, parameter, y, statistics, max_columns), {}};
  const bool ordinary = random.Below(2) != 0;
  const size_t n = ordinary ? 1 + random.Below(max_columns) : m.first.x.size();
  if (ordinary) {
    m.first.eps = 1e-5;
    m.first.x = random.Numbers(x, Family::kBell, n);
    m.first.gamma = random.Numbers(parameter, Family::kBell, n);
    m.first.beta = random.Numbers(parameter, Family::kBell, n);
  }
  for (uint64_t left = random.Below(max_rows); left != 0; --left) {
    const auto family = ordinary ? Family::kBell : static_cast<Family>(random.Below(kFamilies));
    m.others.push_back(random.Numbers(x, family, n));
  }
  return m;
}

std::vector<Answer> ExactAnswers(const Matrix& matrix) {
  std::vector<Answer> answers;
  for (size_t row = 0; row < matrix.rows(); ++row) {
    Packed packed(matrix.problem(row));
    exact::NormalizeRow(packed.row());
    answers.push_back(packed.answer());
  }
  return answers;
}

Placed::Placed(const Matrix& matrix, const Placement& placement)
    : matrix_(matrix), placement_(placement), prepared_(nullptr, &exactnorm_parameters_free) {
  const Problem& p = matrix_.first;
  const size_t columns = p.x.size();
  if (placement_.in_place) {
    placement_.y_gap = placement_.x_gap;
    placement_.y_offset = placement_.x_offset;
  }
  std::vector<const Bits*> x;
  for (size_t row = 0; row < matrix_.rows(); ++row) x.push_back(&matrix_.x(row));
  Place(x_, *p.x_format, x, columns + placement_.x_gap, placement_.x_offset);
  if (!p.gamma.empty()) Place(gamma_, *p.parameter_format, {&p.gamma}, columns, placement_.gamma_offset);
  if (!p.beta.empty()) Place(beta_, *p.parameter_format, {&p.beta}, columns, placement_.beta_offset);
  const Bits blank(columns, 0), one(matrix_.rows(), 0);
  Place(y_, *p.y_format, std::vector<const Bits*>(matrix_.rows(), &blank), columns + placement_.y_gap,
        placement_.y_offset);
  if (p.operation == EXACTNORM_LAYER_NORM) Place(mean_, *p.statistics_format, {&one}, matrix_.rows(), 0);
  Place(rstd_, *p.statistics_format, {&one}, matrix_.rows(), 0);
  if (!placement_.prepared) return;
  exactnorm_parameters* prepared = nullptr;
  Check(exactnorm_parameters_prepare(FormatId(*p.parameter_format), columns, gamma_.at, beta_.at, &prepared));
  prepared_.reset(prepared);
}

void Placed::Place(Room& room, const Format& f, const std::vector<const Bits*>& rows, size_t stride, size_t offset) {
  constexpr size_t kMargin = 192;
  const auto bytes = static_cast<size_t>(f.bytes);
  room.bytes.assign(rows.size() * stride * bytes + offset + kMargin, 0xA5);
  const size_t to_aligned = 64 - reinterpret_cast<uintptr_t>(room.bytes.data()) % 64;
  room.at = room.bytes.data() + to_aligned + offset;
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t i = 0; i < rows[row]->size(); ++i) Store(f, room.at, row * stride + i, (*rows[row])[i]);
  }
  room.before = room.bytes;
}

exactnorm_call Placed::call() {
  const Problem& p = matrix_.first;
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = p.operation;
  call.x_format = FormatId(*p.x_format);
  call.parameter_format = placement_.prepared ? EXACTNORM_DEFAULT : FormatId(*p.parameter_format);
  call.y_format = FormatId(*p.y_format);
  call.statistics_format = FormatId(*p.statistics_format);
  call.rows = matrix_.rows();
  call.columns = p.x.size();
  call.x_stride = p.x.size() + placement_.x_gap;
  call.y_stride = p.x.size() + placement_.y_gap;
  call.eps = p.eps;
  call.x = x_.at;
  call.gamma = placement_.prepared ? nullptr : gamma_.at;
  call.beta = placement_.prepared ? nullptr : beta_.at;
  call.parameters = prepared_.get();
  call.y = placement_.in_place ? x_.at : y_.at;
  call.mean = mean_.at;
  call.rstd = rstd_.at;
  return call;
}

std::vector<Answer> Placed::answers() const {
  const Problem& p = matrix_.first;
  const size_t columns = p.x.size();
  std::vector<Answer> answers;
  for (size_t row = 0; row < matrix_.rows(); ++row) {
    answers.push_back({Bits(columns), 0, Load(*p.statistics_format, rstd_.at, row)});
    if (mean_.at != nullptr) answers.back().mean = Load(*p.statistics_format, mean_.at, row);
    const unsigned char* y = placement_.in_place ? x_.at : y_.at;
    for (size_t i = 0; i < columns; ++i) {
      answers.back().y[i] = Load(*p.y_format, y, row * (columns + placement_.y_gap) + i);
    }
  }
  return answers;
}

bool Placed::others_untouched() const {
  const Problem& p = matrix_.first;
  const auto is_output = [&](const Room& room, size_t byte) {
    const Format& f = &room == &mean_ || &room == &rstd_ ? *p.statistics_format : *p.y_format;
    const size_t columns = &room == &mean_ || &room == &rstd_ ? 1 : p.x.size();
    const size_t gap = &room == &mean_ || &room == &rstd_ ? 0 : placement_.y_gap;
    const auto begin = static_cast<size_t>(room.at - room.bytes.data());
    const auto bytes = static_cast<size_t>(f.bytes);
    if (byte < begin || byte >= begin + matrix_.rows() * (columns + gap) * bytes) return false;
    return (byte - begin) / bytes % (columns + gap) < columns;
  };
  const Room* const y = placement_.in_place ? &x_ : &y_;
  for (const Room* room : {&x_, &gamma_, &beta_, &y_, &mean_, &rstd_}) {
    const bool output = room == y || room == &mean_ || room == &rstd_;
    for (size_t i = 0; i < room->bytes.size(); ++i) {
      if (room->bytes[i] != room->before[i] && !(output && is_output(*room, i))) return false;
    }
  }
  return true;
}

}  // namespace exactnorm::rows
