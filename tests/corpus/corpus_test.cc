// SPDX-License-Identifier: Apache-2.0
// Every entry of the corpus: the public call, the reference and the certificate.
#include "tests/corpus/corpus.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "lib/reference/certificate.h"
#include "lib/reference/layer_norm.h"

namespace exactnorm::corpus {
namespace {

TEST(Corpus, EveryReportedBugHasItsRightAnswer) {
  const std::vector<Entry> entries = Read(EXACTNORM_CORPUS "/reported_bugs.txt");
  EXPECT_GE(entries.size(), 47u);
  for (const Entry& e : entries) {
    const rows::Answer answer = rows::Normalized(e.problem);
    EXPECT_EQ(answer.mean, e.answer.mean) << e.source;
    EXPECT_EQ(answer.rstd, e.answer.rstd) << e.source;
    ASSERT_EQ(answer.y.size(), e.answer.y.size()) << e.source;
    for (size_t i = 0; i < answer.y.size(); ++i) ASSERT_EQ(answer.y[i], e.answer.y[i]) << e.source << "\nelement " << i;
  }
}

// The reference takes seconds for the longest rows; its share is the others.
TEST(Corpus, ReferenceAndCertificateAgree) {
  for (const Entry& e : Read(EXACTNORM_CORPUS "/reported_bugs.txt")) {
    rows::Packed packed(e.problem);
    packed.set_answer(e.answer);
    EXPECT_FALSE(reference::Certify(packed.row()).has_value()) << e.source;
    if (e.problem.x.size() > 10000) continue;
    const reference::Normalized expected = reference::Normalize(packed.row());
    EXPECT_EQ(expected.y, e.answer.y) << e.source;
    EXPECT_EQ(expected.mean, e.answer.mean) << e.source;
    EXPECT_EQ(expected.rstd, e.answer.rstd) << e.source;
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
