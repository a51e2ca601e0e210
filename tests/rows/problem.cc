// SPDX-License-Identifier: Apache-2.0
#include "tests/rows/problem.h"

#include <bit>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <stdexcept>

namespace exactnorm::rows {
namespace {

std::vector<unsigned char> Pack(const Format& f, const Bits& bits) {
  std::vector<unsigned char> bytes(bits.size() * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < bits.size(); ++i) Store(f, bytes.data(), i, bits[i]);
  return bytes;
}

void PrintRow(std::ostream& out, const Format& f, const Bits& bits) {
  out << " :";
  if (bits.empty()) out << " -";
  for (const uint64_t b : bits) out << ' ' << HexFloat(f, b);
}

}  // namespace

std::string HexFloat(const Format& f, uint64_t bits) {
  if (IsNan(f, bits)) return "nan";
  if (IsInfinite(f, bits)) return IsNegative(f, bits) ? "-inf" : "inf";
  const Number n = Decode(f, bits);
  const double value = std::ldexp(static_cast<double>(n.significand), n.exponent);
  char text[40];
  std::snprintf(text, sizeof text, "%a", n.negative ? -value : value);
  return text;
}

std::ostream& operator<<(std::ostream& out, const Problem& p) {
  out << (p.operation == EXACTNORM_LAYER_NORM ? "layer_norm " : "rms_norm ") << p.x_format->name << ' '
      << p.parameter_format->name << ' ' << p.y_format->name << ' ' << HexFloat(kF64, std::bit_cast<uint64_t>(p.eps));
  PrintRow(out, *p.x_format, p.x);
  PrintRow(out, *p.parameter_format, p.gamma);
  PrintRow(out, *p.parameter_format, p.beta);
  return out;
}

exactnorm_format FormatId(const Format& f) {
  if (f == kF64) return EXACTNORM_F64;
  if (f == kF32) return EXACTNORM_F32;
  return f == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

Packed::Packed(const Problem& problem)
    : problem_(problem),
      x_(Pack(*problem.x_format, problem.x)),
      gamma_(Pack(*problem.parameter_format, problem.gamma)),
      beta_(Pack(*problem.parameter_format, problem.beta)),
      y_(Pack(*problem.y_format, Bits(problem.x.size()))),
      mean_(Pack(*problem.statistics_format, {0})),
      rstd_(Pack(*problem.statistics_format, {0})) {}

Row Packed::row() {
  return {problem_.operation,
          problem_.x_format,
          problem_.parameter_format,
          problem_.y_format,
          problem_.statistics_format,
          problem_.x.size(),
          problem_.eps,
          x_.data(),
          gamma_.empty() ? nullptr : gamma_.data(),
          beta_.empty() ? nullptr : beta_.data(),
          y_.data(),
          problem_.operation == EXACTNORM_LAYER_NORM ? mean_.data() : nullptr,
          rstd_.data()};
}

exactnorm_call Packed::call() {
  const Row r = row();
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = r.operation;
  call.x_format = FormatId(*r.x_format);
  call.parameter_format = FormatId(*r.parameter_format);
  call.y_format = FormatId(*r.y_format);
  call.statistics_format = FormatId(*r.statistics_format);
  call.rows = 1;
  call.columns = r.columns;
  call.eps = r.eps;
  call.x = r.x;
  call.gamma = r.gamma;
  call.beta = r.beta;
  call.y = r.y;
  call.mean = r.mean;
  call.rstd = r.rstd;
  return call;
}

Answer Packed::answer() const {
  Answer answer{Bits(problem_.x.size()), Load(*problem_.statistics_format, mean_.data(), 0),
                Load(*problem_.statistics_format, rstd_.data(), 0)};
  for (size_t i = 0; i < answer.y.size(); ++i) answer.y[i] = Load(*problem_.y_format, y_.data(), i);
  return answer;
}

void Packed::set_answer(const Answer& answer) {
  y_ = Pack(*problem_.y_format, answer.y);
  Store(*problem_.statistics_format, mean_.data(), 0, answer.mean);
  Store(*problem_.statistics_format, rstd_.data(), 0, answer.rstd);
}

Answer Normalized(const Problem& problem) {
  Packed packed(problem);
  const exactnorm_call call = packed.call();
  const exactnorm_status status = exactnorm_normalize(&call, nullptr);
  if (status != EXACTNORM_OK) throw std::runtime_error(exactnorm_message(status));
  return packed.answer();
}

}  // namespace exactnorm::rows
