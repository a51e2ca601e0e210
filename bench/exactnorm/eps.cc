// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/eps.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <system_error>

#include "bench/exactnorm/bad_input.h"

namespace exactnorm::command {

double ParseEps(const std::string& text) {
  const auto refuse = [&](const std::string& problem) { throw BadInput("--eps " + text + ": " + problem); };
  const std::string remedy = "; give a finite number >= 0, such as 1e-5";

  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  if (hexadecimal) digits.remove_prefix(2);

  double eps = 0;
  const char* const end = digits.data() + digits.size();
  const auto format = hexadecimal ? std::chars_format::hex : std::chars_format::general;
  // from_chars takes a sign of its own, which must not follow ours or 0x.
  const bool second_sign = (negative || hexadecimal) && digits.starts_with('-');
  const auto [stop, error] = std::from_chars(digits.data(), end, eps, format);
  if (error == std::errc::invalid_argument || second_sign) refuse("is not a number" + remedy);
  if (stop != end) refuse("has '" + std::string(stop, end) + "' after the number" + remedy);
  if (error == std::errc::result_out_of_range) refuse("is outside the range of a binary64" + remedy);
  if (std::isnan(eps)) refuse("is NaN" + remedy);
  if (std::isinf(eps)) refuse("is infinite" + remedy);
  if (negative && eps != 0) refuse("is negative" + remedy);
  return eps;
}

}  // namespace exactnorm::command
