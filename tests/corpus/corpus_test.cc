// SPDX-License-Identifier: Apache-2.0
// Every entry of the corpus through the public call.
#include "tests/corpus/corpus.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace exactnorm::corpus {
namespace {

std::vector<unsigned char> Pack(const Format& f, const std::vector<uint64_t>& bits) {
  std::vector<unsigned char> bytes(bits.size() * static_cast<size_t>(f.bytes));
  for (size_t i = 0; i < bits.size(); ++i) Store(f, bytes.data(), i, bits[i]);
  return bytes;
}

exactnorm_format Id(const Format& f) {
  if (f == kF64) return EXACTNORM_F64;
  if (f == kF32) return EXACTNORM_F32;
  return f == kF16 ? EXACTNORM_F16 : EXACTNORM_BF16;
}

void ExpectRightAnswer(const Entry& e) {
  const size_t n = e.x.size();
  const auto x = Pack(*e.x_format, e.x);
  const auto gamma = Pack(*e.parameter_format, e.gamma.value_or(std::vector<uint64_t>()));
  const auto beta = Pack(*e.parameter_format, e.beta.value_or(std::vector<uint64_t>()));
  auto y = Pack(*e.y_format, std::vector<uint64_t>(n));
  auto mean = Pack(*e.y_format, {0});
  auto rstd = Pack(*e.y_format, {0});
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = e.operation;
  call.x_format = Id(*e.x_format);
  call.parameter_format = Id(*e.parameter_format);
  call.y_format = Id(*e.y_format);
  call.rows = 1;
  call.columns = n;
  call.eps = e.eps;
  call.x = x.data();
  call.gamma = e.gamma ? gamma.data() : nullptr;
  call.beta = e.beta ? beta.data() : nullptr;
  call.y = y.data();
  call.mean = e.mean ? mean.data() : nullptr;
  call.rstd = rstd.data();
  ASSERT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  for (size_t i = 0; i < n; ++i) ASSERT_EQ(Load(*e.y_format, y.data(), i), e.y[i]) << "element " << i;
  if (e.mean) {
    EXPECT_EQ(Load(*e.y_format, mean.data(), 0), *e.mean);
  }
  EXPECT_EQ(Load(*e.y_format, rstd.data(), 0), e.rstd);
}

TEST(Corpus, EveryReportedBugHasItsRightAnswer) {
  const std::vector<Entry> entries = Read(EXACTNORM_CORPUS "/reported_bugs.txt");
  EXPECT_GE(entries.size(), 47u);
  for (const Entry& e : entries) {
    SCOPED_TRACE(e.source);
    ExpectRightAnswer(e);
  }
}

TEST(Corpus, RefusesWhatIsNotAnEntry) {
  const std::string path = testing::TempDir() + "/exactnorm_corpus_entry.txt";
  for (const char* line :
       {"layer_norm f32 f32 f32 0x0p+0 : 0x1p+0 : - : -", "norm f32 f32 f32 0 : 1 : - : - = 1 : 1 1",
        "layer_norm f32 f32 f32 0 : 0x1.000001p+0 : - : - = 1 : 1 1",
        "layer_norm f32 f32 f32 0 : 1 2 : 1 : - = 1 1 : 1 1", "layer_norm f8 f32 f32 0 : 1 : - : - = 1 : 1 1",
        "layer_norm f16 f32 f32 0 : 0x1p+16 : - : - = 1 : 1 1"}) {
    std::ofstream(path) << line << '\n';
    EXPECT_THROW((void)Read(path), std::runtime_error) << line;
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace exactnorm::corpus
