// SPDX-License-Identifier: Apache-2.0
// `exactnorm measure` from flags to bytes: the library is never wrong, the others are shown to be, and equal
// settings print equal bytes.
#include "bench/measure/measurement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "bench/measure/measure_command.h"
#include "bench/measure/measurement_output.h"
#include "bench/measure/rounded_bits.h"

namespace exactnorm::measure {
namespace {

Settings Small() {
  Settings settings;
  settings.rows = 3;
  settings.columns = 64;
  return settings;
}

Measurement MeasureSmall() { return Measure(Small(), InOrder); }

TEST(Measurement, FindsThisLibraryCorrectlyRoundedEverywhere) {
  size_t measured = 0;
  for (const Section& section : MeasureSmall().sections) {
    for (const Result& result : section.results) {
      if (!result.point.obstacle.empty()) continue;
      const ErrorFigures& ours = result.figures.front();
      if (result.point.group == kDistributions) {
        ++measured;
        EXPECT_EQ(ours.elements(), 192u);
      }
      EXPECT_EQ(ours.wrong(), 0u) << section.format->name << " " << result.point.name;
      EXPECT_LE(static_cast<double>(ours.max_ulps()), 0.5);
      EXPECT_EQ(ours.misplaced(), 0u);
    }
  }
  EXPECT_EQ(measured, 2 * (33u + 8u));
}

// The figures would see a library that is off by one unit in the last place of a single output.
TEST(Measurement, WouldSeeOneWrongBit) {
  const Settings settings = Small();
  for (const Format* f : kFormats) {
    const Batch batch = Draw(Workloads().front(), *f, settings.rows, settings.columns, settings.eps, settings.seed);
    std::vector<unsigned char> y(settings.columns * static_cast<size_t>(f->bytes));
    const Row row = batch.RowAt(1, y.data());
    Subjects(EXACTNORM_LAYER_NORM, *f).front().run(row);
    Store(*f, y.data(), 17, Load(*f, y.data(), 17) ^ 1);
    ErrorFigures figures;
    figures.Add(row, ExactAnswers(row), y.data(), 1);
    EXPECT_EQ(figures.wrong(), 1u) << f->name;
    EXPECT_GT(figures.max_ulps(), 0.5) << f->name;
    ASSERT_TRUE(figures.worst());
    EXPECT_EQ(figures.worst()->column, 17u) << f->name;
  }
}

TEST(Measurement, PrintsTheSameBytesForTheSameSeed) {
  Settings settings = Small();
  const Measurement first = Measure(settings, InOrder);
  const Measurement second = Measure(settings, InOrder);
  EXPECT_EQ(MeasurementText(first), MeasurementText(second));
  EXPECT_EQ(MeasurementJson(first).dump(), MeasurementJson(second).dump());
  settings.seed = 2;
  EXPECT_NE(MeasurementText(first), MeasurementText(Measure(settings, InOrder)));
}

TEST(Measurement, TextFitsItsWidthAndNamesEveryWorkload) {
  const std::string text = MeasurementText(MeasureSmall());
  size_t start = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; start = end + 1, end = text.find('\n', start)) {
    const std::string line = text.substr(start, end - start);
    EXPECT_LE(line.size(), 136u) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << "'" << line << "'";
  }
  EXPECT_EQ(start, text.size());
  for (const Workload& w : Workloads()) {
    EXPECT_LE(w.head.size(), 6u);
    EXPECT_NE(text.find(" " + w.head + " "), std::string::npos) << w.head;
  }
  for (const exactnorm_operation operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
    for (const Format* f : kFormats) {
      for (const Subject& s : Subjects(operation, *f)) EXPECT_NE(text.find("\n" + s.name), std::string::npos);
    }
  }
}

TEST(Measurement, JsonHoldsEveryResultAndItsReason) {
  const auto json = MeasurementJson(MeasureSmall());
  EXPECT_EQ(json["rows"], 3);
  EXPECT_EQ(json["columns"], 64);
  EXPECT_EQ(json["seed"], 1);
  ASSERT_EQ(json["sections"].size(), 8u);
  for (const auto& section : json["sections"]) {
    EXPECT_GE(section["results"].size(), Workloads().size());
    for (const auto& result : section["results"]) {
      if (result.contains("skipped")) {
        EXPECT_FALSE(result.contains("figures"));
        continue;
      }
      EXPECT_EQ(result["figures"].size(), section["subjects"].size());
      EXPECT_EQ(result["figures"]["exactnorm"]["not_correctly_rounded"], 0);
      for (const auto& [name, figures] : result["figures"].items()) {
        uint64_t sum = figures["correctly_rounded"].get<uint64_t>();
        for (const auto& bucket : figures["wrong_histogram"]) sum += bucket["count"].get<uint64_t>();
        EXPECT_EQ(sum, figures["measured"]) << name;
      }
    }
  }
}

TEST(Prescale, ChangesNothingWhereNothingRounds) {
  for (const exactnorm_operation operation : {EXACTNORM_LAYER_NORM, EXACTNORM_RMS_NORM}) {
    for (const Format* f : {&kF16, &kBF16}) {
      unsigned char x[16], plain[16], scaled[16];
      for (size_t i = 0; i < 8; ++i) Store(*f, x, i, RoundedBits(*f, static_cast<double>(i * i) - 20));
      const Row row{operation, f, f, f, f, 8, 16, x, nullptr, nullptr, plain, nullptr, nullptr};
      Row to = row;
      to.y = scaled;
      const std::vector<Subject> subjects = Subjects(operation, *f, -3);
      size_t compared = 0;
      for (const Subject& s : subjects) {
        const std::string twin = s.name.substr(0, s.name.find(" x2^"));
        if (twin == s.name) continue;
        ++compared;
        EXPECT_EQ(s.arithmetic, std::string(f->name) + " x2^-3");
        std::find_if(subjects.begin(), subjects.end(), [&](const Subject& t) { return t.name == twin; })->run(row);
        s.run(to);
        EXPECT_TRUE(std::equal(plain, plain + 16, scaled)) << s.name;
      }
      EXPECT_GT(compared, 5u);
    }
  }
}

// Squares of 3000 overflow in binary16, those of 3000 / 256 do not.
TEST(Prescale, KeepsBinary16FromOverflow) {
  uint16_t x[4], y[4];
  for (size_t i = 0; i < 4; ++i) Store(kF16, x, i, RoundedBits(kF16, 3000.0 * static_cast<double>(i)));
  const Row row{EXACTNORM_LAYER_NORM, &kF16, &kF16, &kF16, &kF16, 4, 1e-5, x, nullptr, nullptr, y, nullptr, nullptr};
  const auto error = [&](const std::string& name) {
    for (const Subject& s : Subjects(EXACTNORM_LAYER_NORM, kF16, -8)) {
      if (s.name == name) s.run(row);
    }
    ErrorFigures figures;
    figures.Add(row, ExactAnswers(row), y, 0);
    return figures;
  };
  EXPECT_EQ(error("two-pass f16").wrong(), 4u);  // y = 0
  EXPECT_GT(error("two-pass f16").max_ulps(), 1000);
  EXPECT_LT(error("two-pass f16 x2^-8").max_ulps(), 3);
}

// However little time there is, everything else is measured; and however much, nothing is left out.
TEST(Measurement, SecondsBoundTheSweepsAndTheSearch) {
  Settings settings = Small();
  settings.formats = {&kBF16};
  settings.operations = {EXACTNORM_RMS_NORM};
  settings.sweeps = true;
  const Measurement unbounded = Measure(settings, InOrder);
  settings.seconds = 1e-9;
  const Measurement none = Measure(settings, InOrder);
  settings.seconds = 1e6;
  settings.search_steps = 1;  // not for so long
  const Measurement all = Measure(settings, InOrder);

  size_t left_out = 0;
  for (size_t i = 0; i < unbounded.sections[0].results.size(); ++i) {
    const Result& result = unbounded.sections[0].results[i];
    const bool in_sweep = result.point.group != kDistributions && result.point.group != kReportedBugs;
    const Result& bounded = none.sections[0].results[i];
    EXPECT_EQ(bounded.figures.empty(), in_sweep || result.figures.empty()) << result.point.name;
    if (in_sweep && result.figures.empty()) {
      EXPECT_EQ(bounded.point.obstacle, result.point.obstacle);
    } else if (in_sweep) {
      EXPECT_EQ(bounded.point.obstacle, "not measured within --seconds");
      ++left_out;
    }
    EXPECT_EQ(all.sections[0].results[i].figures.empty(), result.figures.empty());
  }
  EXPECT_GT(left_out, 80u);
  for (const Record& record : none.sections[0].records) EXPECT_EQ(record.steps, 1u);
  EXPECT_EQ(MeasurementJson(none)["sections"][0]["sweeps"][1]["skipped"][3], "not measured within --seconds");
  EXPECT_TRUE(MeasurementJson(none)["sections"][0]["sweeps"][1]["curves"]["sequential f32"]["elements"][3].is_null());
}

struct Parsed {
  explicit Parsed(const std::string& arguments) {
    AddMeasureCommand(app, options);
    app.parse(arguments);
  }
  CLI::App app;
  MeasureOptions options;
};

TEST(MeasureCommand, TakesItsFlags) {
  const Parsed parsed("measure --formats f32,bf16 --rows 2 --columns 5 --seed 18446744073709551615 --json");
  EXPECT_EQ(parsed.options.formats, (std::vector<std::string>{"f32", "bf16"}));
  EXPECT_EQ(parsed.options.settings.rows, 2u);
  EXPECT_EQ(parsed.options.settings.columns, 5u);
  EXPECT_EQ(parsed.options.settings.seed, UINT64_MAX);
  EXPECT_TRUE(parsed.options.json.to_stdout());
}

TEST(MeasureCommand, RefusesWhatItCannotMeasure) {
  for (const char* bad : {"--formats f31", "--formats f32,f8", "--rows 0", "--rows -1", "--columns 0", "--columns x",
                          "--columns 99999999999", "--seed -1", "--seed 1.5", "--prescale 25", "--prescale 1.5",
                          "--seconds -1", "--seconds x", "trailing"}) {
    EXPECT_THROW(Parsed(std::string("measure ") + bad), CLI::ParseError) << bad;
  }
}

TEST(MeasureCommand, ExitsWithZeroWhenTheLibraryIsRight) {
  Parsed parsed("measure --formats f16 --rows 1 --columns 8 --json");
  testing::internal::CaptureStdout();
  const int code = RunMeasureCommand(parsed.options);
  const auto json = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  EXPECT_EQ(code, 0);
  ASSERT_EQ(json["sections"].size(), 2u);
  EXPECT_EQ(json["sections"][1]["format"], "f16");
}

}  // namespace
}  // namespace exactnorm::measure
