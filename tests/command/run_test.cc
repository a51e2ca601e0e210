// SPDX-License-Identifier: Apache-2.0
// `exactnorm run` from file to file: the library's own results, whatever way the input was stored.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <random>

#include "bench/exactnorm/norm_arguments.h"
#include "exactnorm/exactnorm.h"
#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

class Run : public CommandTest {};
using Strings = std::vector<std::string>;

NpyArray Random(const Format& format, const Shape& shape, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::vector<double> values(ElementCount(shape));
  for (double& value : values) value = static_cast<double>(generator() >> 12) * 0x1p-50 - 2;
  return MakeArray(format, shape, values);
}

// As a .npy file would hold it.
std::string DataOf(const NpyArray& array) {
  return {static_cast<const char*>(array.data()), array.bytes.size() - array.offset};
}

struct Results {
  NpyArray y, mean, rstd;
};

Results Library(exactnorm_operation operation, const NpyArray& x, const NpyArray* gamma, const NpyArray* beta,
                double eps, const Format& out) {
  const Shape rows(x.shape.begin(), x.shape.end() - 1);
  Results results{NewNpy(out, x.shape), NewNpy(out, rows), NewNpy(out, rows)};
  exactnorm_call call = {};
  call.size = sizeof call;
  call.operation = operation;
  call.x_format = ToApi(*x.format);
  call.parameter_format = ToApi(gamma == nullptr ? *x.format : *gamma->format);
  call.y_format = ToApi(out);
  call.rows = x.rows();
  call.columns = x.columns();
  call.eps = eps;
  call.x = x.data();
  call.gamma = gamma == nullptr ? nullptr : gamma->data();
  call.beta = beta == nullptr ? nullptr : beta->data();
  call.y = results.y.data();
  call.mean = operation == EXACTNORM_LAYER_NORM ? results.mean.data() : nullptr;
  call.rstd = results.rstd.data();
  EXPECT_EQ(exactnorm_normalize(&call, nullptr), EXACTNORM_OK);
  return results;
}

void ExpectFine(const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.out, "");
}

TEST_F(Run, KnownAnswer) {
  Save("x.npy", {40000, 40001, 40002, 40003});
  ExpectFine(Execute("run --x x.npy --y y.npy"));
  const NpyArray y = Load("y.npy");
  const float expected[] = {-0x1.57756cp+0f, -0.447211802f, 0.447211802f, 0x1.57756cp+0f};
  EXPECT_EQ(std::memcmp(y.data(), expected, sizeof expected), 0);
  EXPECT_EQ(Files(), (Strings{"x.npy", "y.npy"}));
}

TEST_F(Run, EveryCombinationOfFormatsIsTheLibrarysResult) {
  const Shape shape{3, 5};
  unsigned seed = 1;
  for (const Format* in : kFormats) {
    for (const Format* parameters : kFormats) {
      for (const Format* out : kFormats) {
        const auto operation = seed % 2 == 0 ? EXACTNORM_LAYER_NORM : EXACTNORM_RMS_NORM;
        const NpyArray x = Random(*in, shape, ++seed);
        const NpyArray gamma = Random(*parameters, {5}, ++seed);
        const NpyArray beta = Random(*parameters, {5}, ++seed);
        Save("x.npy", x);
        Save("g.npy", gamma);
        Save("b.npy", beta);
        const bool layer_norm = operation == EXACTNORM_LAYER_NORM;
        ExpectFine(Execute("run --x x.npy --gamma g.npy --beta b.npy --eps 1e-3 --y y.npy --rstd r.npy " +
                           std::string(layer_norm ? "--op layer_norm --mean m.npy" : "--op rms_norm") +
                           " --format bf16 --out-format " + out->name));
        const Results expected = Library(operation, x, &gamma, &beta, 1e-3, *out);
        const std::string context = std::string(in->name) + " " + parameters->name + " " + out->name;
        const auto file = [](const NpyArray& array) {
          const auto bytes = ToFile(array);
          return std::string(bytes.begin(), bytes.end());
        };
        EXPECT_EQ(Bytes("y.npy"), file(expected.y)) << context;
        EXPECT_EQ(Bytes("r.npy"), file(expected.rstd)) << context;
        if (layer_norm) {
          EXPECT_EQ(Bytes("m.npy"), file(expected.mean)) << context;
        }
        ++seed;
      }
    }
  }
}

TEST_F(Run, TheFormatOfXIsTheDefaultForTheResults) {
  for (const Format* format : kFormats) {
    Save("x.npy", Random(*format, {2, 3}, 7));
    ExpectFine(Execute("run --x x.npy --y y.npy --mean m.npy --format bf16"));
    EXPECT_EQ(Load("y.npy", SixteenBits::kBfloat16).format, format);
    EXPECT_EQ(Load("m.npy", SixteenBits::kBfloat16).format, format);
  }
  EXPECT_NE(Bytes("y.npy").find("'descr': '<u2'"), std::string::npos);
}

TEST_F(Run, ShapesAreThoseOfNumPy) {
  const auto header_shape = [&](const std::string& name) {
    const std::string bytes = Bytes(name);
    const size_t begin = bytes.find("'shape': ") + 9;
    return bytes.substr(begin, bytes.find(')', begin) + 1 - begin);
  };
  const struct {
    Shape shape;
    std::string y, mean;
  } cases[] = {{{2, 3, 4}, "(2, 3, 4)", "(2, 3)"}, {{2, 3}, "(2, 3)", "(2,)"}, {{3}, "(3,)", "()"},
               {{1, 1}, "(1, 1)", "(1,)"},         {{0, 4}, "(0, 4)", "(0,)"}, {{2, 0, 4}, "(2, 0, 4)", "(2, 0)"}};
  for (const auto& c : cases) {
    Save("x.npy", Random(kF32, c.shape, 3));
    ExpectFine(Execute("run --x x.npy --y y.npy --mean m.npy --rstd r.npy"));
    EXPECT_EQ(header_shape("y.npy"), c.y);
    EXPECT_EQ(header_shape("m.npy"), c.mean);
    EXPECT_EQ(header_shape("r.npy"), c.mean);
    const size_t data = (Bytes("m.npy").size()) % 64;
    EXPECT_EQ(data, 4 * ElementCount(Shape(c.shape.begin(), c.shape.end() - 1)));
  }
}

TEST_F(Run, StorageOrderAndByteOrderDoNotMatter) {
  Save("x.npy", MakeArray(kF64, {2, 3}, {1, 2, 4, 8, 16, 33}));
  ExpectFine(Execute("run --x x.npy --y y.npy"));
  std::string data = DataOf(MakeArray(kF64, {6}, {1, 8, 2, 16, 4, 33}));
  Write("x.npy", NpyBytes("<f8", true, "(2, 3)", data));
  ExpectFine(Execute("run --x x.npy --y fortran.npy"));
  for (size_t i = 0; i < data.size(); i += 8)
    std::reverse(data.begin() + static_cast<ptrdiff_t>(i), data.begin() + static_cast<ptrdiff_t>(i + 8));
  Write("x.npy", NpyBytes(">f8", true, "(2, 3)", data));
  ExpectFine(Execute("run --x x.npy --y big.npy"));
  EXPECT_EQ(Bytes("y.npy"), Bytes("fortran.npy"));
  EXPECT_EQ(Bytes("y.npy"), Bytes("big.npy"));
}

TEST_F(Run, EpsIsTakenAsWritten) {
  const NpyArray x = Random(kF32, {2, 3}, 5);
  Save("x.npy", x);
  for (const double eps : {0.0, 0x1p-1074, 1e-5, 1.5, 1e300}) {
    char text[64];
    std::snprintf(text, sizeof text, "run --x x.npy --y y.npy --eps %.17g", eps);
    ExpectFine(Execute(text));
    EXPECT_EQ(DataOf(Load("y.npy")), DataOf(Library(EXACTNORM_LAYER_NORM, x, nullptr, nullptr, eps, kF32).y)) << eps;
  }
}

TEST_F(Run, AnOutputMayReplaceItsInput) {
  Save("x.npy", {1, 2, 3});
  ExpectFine(Execute("run --x x.npy --y y.npy"));
  ExpectFine(Execute("run --x x.npy --y x.npy"));
  EXPECT_EQ(Bytes("x.npy"), Bytes("y.npy"));
}

TEST_F(Run, ALinkStaysALinkAndPermissionsStay) {
  Save("x.npy", {1, 2, 3});
  Write("real.npy", "old");
  std::filesystem::permissions(Path("real.npy"), std::filesystem::perms{0640});
  std::filesystem::create_symlink("real.npy", Path("link.npy"));
  ExpectFine(Execute("run --x x.npy --y link.npy"));
  EXPECT_TRUE(std::filesystem::is_symlink(Path("link.npy")));
  EXPECT_EQ(Load("real.npy").shape, Shape{3});
  EXPECT_EQ(std::filesystem::status(Path("real.npy")).permissions(), std::filesystem::perms{0640});
}

TEST_F(Run, StandardOutputMayTakeTheResult) {
  Save("x.npy", {1, 2, 3});
  ExpectFine(Execute("run --x x.npy --y y.npy"));
  const Outcome outcome = Execute("run --x x.npy --y /dev/stdout | cat");
  EXPECT_EQ(outcome.out, Bytes("y.npy"));
}

TEST_F(Run, ATrainingSizedFileTakesSeconds) {
  const NpyArray x = Random(kF32, {1024, 768}, 11);
  const NpyArray gamma = Random(kF32, {768}, 12);
  const NpyArray beta = Random(kF32, {768}, 13);
  Save("x.npy", x);
  Save("g.npy", gamma);
  Save("b.npy", beta);
  const auto begin = std::chrono::steady_clock::now();
  ExpectFine(Execute("run --x x.npy --gamma g.npy --beta b.npy --y y.npy"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  EXPECT_EQ(DataOf(Load("y.npy")), DataOf(Library(EXACTNORM_LAYER_NORM, x, &gamma, &beta, 1e-5, kF32).y));
  // `check` computes the exact answers by itself.
  EXPECT_EQ(Execute("check --x x.npy --gamma g.npy --beta b.npy --y y.npy").exit_code, 0);
}

TEST_F(Run, EverySubcommandHasHelpWithAnExample) {
  const std::string top = Execute("--help").out;
  for (const std::string name : {EXACTNORM_SUBCOMMANDS}) {
    const Outcome outcome = Execute(name + " --help");
    EXPECT_EQ(outcome.exit_code, 0) << name;
    EXPECT_EQ(outcome.error, "") << name;
    const size_t example = outcome.out.find("Example:");
    ASSERT_NE(example, std::string::npos) << name;
    EXPECT_NE(outcome.out.find("exactnorm " + name, example), std::string::npos) << name;
    EXPECT_NE(top.find("\n  " + name + " "), std::string::npos) << name;
  }
  for (const std::string later : {"verify"}) {
    EXPECT_EQ(top.find(later), std::string::npos) << later;
    EXPECT_EQ(Execute(later).exit_code, 2) << later;
  }
}

TEST_F(Run, TargetsSayWhatIsBuiltAndWhatIsInUse) {
  const Outcome outcome = Execute("targets");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.out.find("Built:         "), std::string::npos);
  EXPECT_NE(outcome.out.find(std::string("In use:        ") + exactnorm_chosen_target() + "\n"), std::string::npos);
  int runs_here = 0;
  for (size_t i = 0; const char* name = exactnorm_target(i, &runs_here); ++i) {
    const std::string forced = Execute("targets", "export EXACTNORM_TARGET=" + std::string(name) + ";").out;
    EXPECT_EQ(forced.find("In use:        " + std::string(name) + "\n") != std::string::npos, runs_here != 0) << forced;
  }
}

TEST_F(Run, AnUnknownTargetIsRefused) {
  const std::string unknown = "export EXACTNORM_TARGET=z80;";
  EXPECT_NE(Execute("targets", unknown).out.find("In use:        none"), std::string::npos);
  Save("x.npy", {1, 2, 3});
  const Outcome outcome = Execute("run --x x.npy --y y.npy", unknown);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.error.find("EXACTNORM_TARGET"), std::string::npos) << outcome.error;
}

TEST_F(Run, VersionIsTheLibrarys) {
  EXPECT_EQ(Execute("--version").out, std::string("exactnorm ") + exactnorm_version() + "\n");
}

}  // namespace
}  // namespace exactnorm::command
