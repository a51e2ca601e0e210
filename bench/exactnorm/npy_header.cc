// SPDX-License-Identifier: Apache-2.0
#include "bench/exactnorm/npy_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace exactnorm::command {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kAlignment = 64;
constexpr size_t kMaxRank = 64;  // NumPy's own limit

// The header text is a Python dictionary of three keys. This reads just that much of Python.
class DictionaryReader {
 public:
  DictionaryReader(std::string_view text, const FileArgument& name) : rest_(text), name_(name) {}

  NpyHeader Read() {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<Shape> shape;
    Expect('{');
    while (!Take('}')) {
      const std::string key = ReadString();
      Expect(':');
      if (key == "descr" && !descr) {
        descr = ReadDescr();
      } else if (key == "fortran_order" && !fortran_order) {
        fortran_order = ReadBool();
      } else if (key == "shape" && !shape) {
        shape = ReadShape();
      } else {
        Malformed("key '" + key + "'");
      }
      if (!Take(',')) {
        Expect('}');
        break;
      }
    }
    SkipSpace();
    if (!rest_.empty()) Malformed("text after '}'");
    if (!descr) Malformed("no 'descr'");
    if (!fortran_order) Malformed("no 'fortran_order'");
    if (!shape) Malformed("no 'shape'");
    return {*descr, *fortran_order, *shape, 0};
  }

 private:
  [[noreturn]] void Malformed(const std::string& what) const {
    throw BadInput(name_, "has a malformed .npy header (" + what + "); write it with numpy.save");
  }

  void SkipSpace() {
    const size_t text = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(text, rest_.size()));
  }
  bool Take(char c) {
    SkipSpace();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeWord(std::string_view word) {
    SkipSpace();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  void Expect(char c) {
    if (!Take(c)) Malformed(fmt::format("'{}' expected", c));
  }

  // Quoted either way; nothing that NumPy writes here needs a backslash.
  std::string ReadString() {
    SkipSpace();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '\'' && quote != '"') Malformed("string expected");
    const size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) Malformed("string without an end");
    std::string text(rest_.substr(1, end - 1));
    if (text.find('\\') != std::string::npos) Malformed("backslash in a string");
    rest_.remove_prefix(end + 1);
    return text;
  }

  std::string ReadDescr() {
    SkipSpace();
    if (rest_.starts_with('[') || rest_.starts_with('(')) {
      throw BadInput(name_, "holds records with fields; save one plain array of f8, f4 or f2");
    }
    return ReadString();
  }

  bool ReadBool() {
    if (TakeWord("True")) return true;
    if (!TakeWord("False")) Malformed("'fortran_order' is neither True nor False");
    return false;
  }

  Shape ReadShape() {
    Shape shape;
    Expect('(');
    while (!Take(')')) {
      shape.push_back(ReadDimension());
      if (shape.size() > kMaxRank) {
        throw BadInput(name_, fmt::format("has more than {} axes; reshape it", kMaxRank));
      }
      if (Take(',')) continue;
      if (shape.size() == 1) Malformed("'shape' is a number, not a tuple");
      Expect(')');
      break;
    }
    return shape;
  }

  size_t ReadDimension() {
    SkipSpace();
    size_t dimension = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), dimension);
    if (error == std::errc::invalid_argument) Malformed("'shape' holds something else than lengths");
    if (error == std::errc::result_out_of_range) {
      throw BadInput(name_, "has a shape of more elements than can be addressed; save it again");
    }
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    if (rest_.starts_with('L')) rest_.remove_prefix(1);  // a long integer of Python 2
    return dimension;
  }

  std::string_view rest_;
  const FileArgument& name_;
};

}  // namespace

NpyHeader ParseNpyHeader(std::span<const unsigned char> file, const FileArgument& name) {
  if (file.empty()) throw BadInput(name, "is empty; write it with numpy.save");
  if (!std::equal(file.begin(), file.begin() + static_cast<ptrdiff_t>(std::min(file.size(), kMagic.size())),
                  kMagic.begin(), [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); })) {
    throw BadInput(name, "is not a .npy file (its first bytes are not \\x93NUMPY); write it with numpy.save");
  }
  const auto need = [&](size_t bytes) {
    if (file.size() < bytes) throw BadInput(name, "is cut off inside its .npy header; copy or save it again");
  };
  const size_t version_at = kMagic.size();
  const size_t length_at = version_at + 2;
  need(length_at);
  const int major = file[version_at];
  const int minor = file[version_at + 1];
  if (major < 1 || major > 3 || minor != 0) {
    throw BadInput(name, fmt::format("has .npy version {}.{}; save it as 1.0, 2.0 or 3.0", major, minor));
  }
  const size_t length_bytes = major == 1 ? 2 : 4;
  const size_t text_at = length_at + length_bytes;
  need(text_at);
  size_t length = 0;  // little-endian
  for (size_t i = length_bytes; i-- > 0;) length = length << 8 | file[length_at + i];
  need(text_at + length);  // no overflow: length < 2^32

  const std::string text(file.begin() + static_cast<ptrdiff_t>(text_at),
                         file.begin() + static_cast<ptrdiff_t>(text_at + length));
  NpyHeader header = DictionaryReader(text, name).Read();
  header.data_offset = text_at + length;
  return header;
}

std::vector<unsigned char> MakeNpyHeader(const std::string& descr, const Shape& shape) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", descr, ToString(shape));
  const size_t before_text = kMagic.size() + 2 + 2;
  const size_t unpadded = before_text + text.size() + 1;
  text.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  text.push_back('\n');
  // kMaxRank lengths of 20 digits stay below 2^16, so version 1.0 holds every header.
  std::string bytes(kMagic);
  bytes.push_back(1);
  bytes.push_back(0);
  bytes.push_back(static_cast<char>(text.size() & 0xFF));
  bytes.push_back(static_cast<char>(text.size() >> 8));
  bytes += text;
  return {bytes.begin(), bytes.end()};
}

std::string ToString(const Shape& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

}  // namespace exactnorm::command
