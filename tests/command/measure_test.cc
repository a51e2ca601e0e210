// SPDX-License-Identifier: Apache-2.0
// `exactnorm measure` as a user has it: what goes to the screen, what to files, and when nothing does.
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

using Names = std::vector<std::string>;

class Measure : public CommandTest {
 protected:
  static constexpr char kSmall[] = "measure --op layer_norm --formats f16 --rows 2 --columns 16 ";
  Outcome Small(const std::string& arguments) const { return Execute(kSmall + arguments); }
};

TEST_F(Measure, WritesFilesAndStillPrintsTheTable) {
  const Outcome outcome = Small("--json a.json --csv a.csv --report a.html");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(outcome.error, "");
  EXPECT_NE(outcome.out.find("\nlayer_norm f16"), std::string::npos);
  EXPECT_EQ(Files(), (Names{"a.csv", "a.html", "a.json"}));
  EXPECT_EQ(Bytes("a.csv").find("operation,format,group,"), 0u);
  EXPECT_EQ(Bytes("a.html").find("<!doctype html>"), 0u);
  const auto json = nlohmann::json::parse(Bytes("a.json"));
  EXPECT_EQ(json["environment"]["command"],
            "exactnorm measure --op layer_norm --formats f16 --rows 2 --columns 16 --sweeps");
  EXPECT_EQ(json["sections"][0]["sweeps"].size(), 5u);
}

TEST_F(Measure, PrintsWhatIsAskedForWithoutAFile) {
  EXPECT_EQ(nlohmann::json::parse(Small("--json").out)["rows"], 2);
  const Outcome csv = Small("--csv --json a.json");
  EXPECT_EQ(csv.out.find("operation,format,group,"), 0u);
  EXPECT_EQ(Files(), Names{"a.json"});
  const Outcome both = Small("--csv --json");
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_EQ(both.error, "exactnorm measure: --json and --csv cannot both go to standard output; give one a file\n");
}

TEST_F(Measure, GivesTheSameBytesOnAnyNumberOfThreads) {
  EXPECT_EQ(Small("--json --sweeps").out, Execute(kSmall + std::string("--json --sweeps"), "taskset -c 0").out);
}

TEST_F(Measure, MeasuresTheUsersRows) {
  Save("x.npy", MakeArray(kF32, {2, 4}, {40000, 40001, 40002, 40003, 1, 2, 3, 4}));
  Save("g.npy", MakeArray(kF32, {4}, {1, 1, 1, 2}));
  const auto json =
      nlohmann::json::parse(Execute("measure --op layer_norm --rows 1 --columns 8 --x x.npy --gamma g.npy --json").out);
  ASSERT_EQ(json["sections"].size(), 1u);
  EXPECT_EQ(json["sections"][0]["format"], "f32");
  const auto& own = json["sections"][0]["results"][0];
  EXPECT_EQ(own["name"], "x.npy");
  EXPECT_EQ(own["figures"]["exactnorm"]["not_correctly_rounded"], 0);
  EXPECT_EQ(own["figures"]["exactnorm"]["elements"], 8);
  EXPECT_EQ(own["figures"]["one-pass f32"]["misplaced_nan"], 4);
  EXPECT_EQ(own["figures"]["two-pass f32"]["worst"]["row_gamma"],
            nlohmann::json({"0x1p+0", "0x1p+0", "0x1p+0", "0x1p+1"}));

  const Outcome text = Execute("measure --op rms_norm --rows 1 --columns 8 --x x.npy --formats f32,f64");
  EXPECT_NE(text.out.find("yours: x.npy"), std::string::npos);
  EXPECT_NE(text.out.find("- x.npy: numbers of the file are f32"), std::string::npos);
}

TEST_F(Measure, RefusesFilesThatDoNotFit) {
  Save("x.npy", MakeArray(kF32, {2, 4}, {}));
  Save("g.npy", MakeArray(kF32, {3}, {}));
  EXPECT_EQ(Execute("measure --x x.npy --gamma g.npy").error,
            "exactnorm measure: --gamma g.npy: has shape (3,); the rows of --x have N = 4 elements, so it must be "
            "(4,)\n");
  EXPECT_EQ(Execute("measure --gamma g.npy").error,
            "exactnorm measure: --gamma, --beta and --format go with --x; give it, or leave them out\n");
  EXPECT_EQ(Execute("measure --x missing.npy").exit_code, 2);
}

// 2^18 outputs at most.
TEST_F(Measure, TakesRowsAtEqualDistancesFromALongFile) {
  Save("x.npy", MakeArray(kF16, {4096, 128}, {}));
  const auto json = nlohmann::json::parse(Execute("measure --op rms_norm --rows 1 --columns 8 --x x.npy --json").out);
  EXPECT_EQ(json["sections"][0]["results"][0]["name"], "x.npy (2048 of 4096 rows)");
  EXPECT_EQ(json["sections"][0]["results"][0]["figures"]["exactnorm"]["elements"], 262144);
}

TEST_F(Measure, RefusesBeforeItMeasures) {
  EXPECT_EQ(Small("--json same --csv ./same").error,
            "exactnorm measure: --csv ./same: is also --json; give another file\n");
  EXPECT_EQ(Small("--json no/such/folder").exit_code, 2);
  EXPECT_EQ(Small("--eps -1").error,
            "exactnorm measure: --eps -1: is negative; give a finite number >= 0, such as 1e-5\n");
  EXPECT_EQ(Small("--op batch_norm").exit_code, 2);
  EXPECT_TRUE(Files().empty());
}

TEST_F(Measure, TakesEpsExactly) {
  EXPECT_EQ(nlohmann::json::parse(Small("--json --eps 0x1p-30").out)["eps"], 0x1p-30);
}

TEST_F(Measure, LeavesNothingBehindWhenItIsInterrupted) {
  const Outcome outcome = Execute("measure --report a.html --json a.json", "timeout -s INT 1");
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_TRUE(Files().empty());
}

// Three seconds of searches in nine tasks, so that a second passes between the first task and the last.
constexpr char kLong[] = "measure --op layer_norm --formats f64 --rows 1 --columns 8 --seconds 3";

// On a terminal, which script(1) gives it: a line that is wiped at the end; and nothing of it in the output.
TEST_F(Measure, ShowsProgressOnATerminal) {
  const std::string inner = std::string("'" EXACTNORM_COMMAND_PATH "' ") + kLong + " >table";
  ASSERT_EQ(
      std::system(
          ("cd '" + Path("").string() + "' && script -qec \"" + inner + "\" terminal >echoed </dev/null").c_str()),
      0);
  const std::string shown = Bytes("terminal");
  EXPECT_TRUE(std::regex_search(shown, std::regex("\rexactnorm measure, worst cases: [0-9]+ of 9, [0-9]+ %"))) << shown;
  const size_t wipe = shown.rfind("\r ");
  ASSERT_NE(wipe, std::string::npos);
  EXPECT_TRUE(std::regex_search(shown.substr(wipe), std::regex("^\r +\r"))) << "wiped at the end";
  const std::string table = Bytes("table");
  EXPECT_NE(table.find("\nlayer_norm f64"), std::string::npos);
  EXPECT_EQ(table.find('\r'), std::string::npos);
}

TEST_F(Measure, ShowsNoProgressInAPipe) {
  const Outcome outcome = Execute(kLong);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.out.find('\r'), std::string::npos);
}

TEST_F(Measure, ComparesTwoFiles) {
  Small("--json old.json");
  EXPECT_EQ(Execute("measure --compare old.json old.json").exit_code, 0);
  auto json = nlohmann::ordered_json::parse(Bytes("old.json"));
  json["sections"][0]["results"][0]["figures"]["two-pass f32"]["not_correctly_rounded"] = 31;
  Write("new.json", json.dump());
  const Outcome worse = Execute("measure --compare old.json new.json");
  EXPECT_EQ(worse.exit_code, 1);
  EXPECT_EQ(worse.out.find("worse (1):\n  layer_norm f16, N(0,1), two-pass f32: not correctly rounded "), 0u);
  EXPECT_EQ(Execute("measure --compare new.json old.json").exit_code, 0);
}

TEST_F(Measure, RefusesToCompareWhatItDidNotWrite) {
  Small("--json old.json");
  Execute("measure --formats f16 --rows 3 --columns 16 --json other.json");
  Write("text", "no json");
  Write("number", "1");
  EXPECT_EQ(Execute("measure --compare old.json text").error,
            "exactnorm measure: --compare text: is no JSON; give a file that --json wrote\n");
  EXPECT_EQ(Execute("measure --compare old.json other.json").error,
            "exactnorm measure: --compare old.json other.json: the measurements are of different inputs: rows is 2 "
            "and 3\n");
  for (const char* bad : {"old.json number", "number old.json", "old.json missing", "old.json"}) {
    EXPECT_EQ(Execute(std::string("measure --compare ") + bad).exit_code, 2) << bad;
  }
}

}  // namespace
}  // namespace exactnorm::command
