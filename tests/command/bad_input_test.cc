// SPDX-License-Identifier: Apache-2.0
// Every way to get it wrong: one exact line on standard error, exit code 2, and no file that was not there.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/command/command_test.h"

namespace exactnorm::command {
namespace {

// x.npy (2, 4) f32, g.npy and b.npy (4,) f32 are good. Nothing else is there unless a test writes it.
class BadInput : public CommandTest {
 protected:
  BadInput() {
    Save("x.npy", MakeArray(kF32, {2, 4}, {1, 2, 3, 4, 5, 6, 7, 9}));
    Save("g.npy", {1, 2, 3, 4});
    Save("b.npy", {0, 1, 0, -1});
  }

  void ExpectRefusal(const std::string& arguments, const std::string& message, const std::string& before = "") const {
    const auto files = Files();
    const Outcome outcome = Execute(arguments, before);
    EXPECT_EQ(outcome.error, message + "\n") << arguments;
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
    EXPECT_EQ(Files(), files) << arguments;
  }

  // `bytes` as the file of x. The message begins after its name.
  void ExpectRefusedX(const std::string& bytes, const std::string& problem) const {
    Write("bad.npy", bytes);
    ExpectRefusal("run --x bad.npy --y y.npy", "exactnorm run: --x bad.npy: " + problem);
  }
};

const std::string kData(32, '\0');

TEST_F(BadInput, NotAnNpyFile) {
  ExpectRefusedX("", "is empty; write it with numpy.save");
  ExpectRefusedX("1.0 2.0 3.0\n", "is not a .npy file (its first bytes are not \\x93NUMPY); write it with numpy.save");
  ExpectRefusedX("x", "is not a .npy file (its first bytes are not \\x93NUMPY); write it with numpy.save");
  ExpectRefusedX("\x93NUMPY\x04" + kData, "has .npy version 4.0; save it as 1.0, 2.0 or 3.0");
  ExpectRefusedX("\x93NUMPY\x01\x02" + kData, "has .npy version 1.2; save it as 1.0, 2.0 or 3.0");
  ExpectRefusedX(NpyBytes("<f4", false, "8", kData),
                 "has a malformed .npy header ('(' expected); write it with numpy.save");
}

TEST_F(BadInput, TruncatedAndOversized) {
  const std::string good = NpyBytes("<f4", false, "(2, 4)", kData);
  ExpectRefusedX(good.substr(0, 3), "is cut off inside its .npy header; copy or save it again");
  ExpectRefusedX(good.substr(0, 9), "is cut off inside its .npy header; copy or save it again");
  ExpectRefusedX(good.substr(0, 100), "is cut off inside its .npy header; copy or save it again");
  ExpectRefusedX(good.substr(0, good.size() - 1),
                 "is cut off: shape (2, 4) needs 32 bytes of data, 31 are there; copy or save it again");
  ExpectRefusedX(NpyBytes("<f4", false, "(2, 4)", ""),
                 "is cut off: shape (2, 4) needs 32 bytes of data, 0 are there; copy or save it again");
  ExpectRefusedX(good + "x", "is too long: shape (2, 4) needs 32 bytes of data, 33 are there; save it again");
  std::string huge_header("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF", 12);
  ExpectRefusedX(huge_header + kData, "is cut off inside its .npy header; copy or save it again");
}

TEST_F(BadInput, ElementTypes) {
  const auto refused = [&](const std::string& descr, const std::string& problem) {
    ExpectRefusedX(NpyBytes(descr, false, "(2, 4)", kData), problem);
  };
  refused("|O", "holds Python objects ('|O'); convert it with astype('float32')");
  refused("<i4", "holds integers ('<i4'); convert it with astype('float64')");
  refused("<u4", "holds integers ('<u4'); convert it with astype('float64')");
  refused("|u1", "holds integers ('|u1'); convert it with astype('float64')");
  refused("|b1", "holds booleans ('|b1'); convert it with astype('float32')");
  refused("<c8", "holds complex numbers ('<c8'); save its real part");
  refused("<U3", "holds text ('<U3'); convert it with astype('float64')");
  refused("|S4", "holds text ('|S4'); convert it with astype('float64')");
  refused("<f16", "holds elements that are not f8, f4 or f2 ('<f16'); convert it with astype('float64')");
  refused("<M8[s]", "holds elements that are not f8, f4 or f2 ('<M8[s]'); convert it with astype('float64')");
  refused("", "holds elements that are not f8, f4 or f2 (''); convert it with astype('float64')");
  for (const std::string descr : {"<u2", ">u2", "<V2", "|V2"}) {
    refused(descr, "holds '" + descr + "'; if these are bfloat16 add --format bf16, else convert it with " +
                       "astype('float64')");
  }
  std::string records = NpyBytes("RECORDS", false, "(2,)", kData);
  records.replace(records.find("'RECORDS'"), 9, "[('a','')");
  ExpectRefusedX(records, "holds records with fields; save one plain array of f8, f4 or f2");
}

TEST_F(BadInput, Shapes) {
  const auto refused = [&](const std::string& shape, const std::string& problem) {
    ExpectRefusedX(NpyBytes("<f4", false, shape, kData), problem);
  };
  refused("()", "has shape (), a single number without an axis; reshape it to (1,) or more");
  refused("(0,)", "has shape (0,), rows of N = 0 elements; a row needs at least one");
  refused("(3, 0)", "has shape (3, 0), rows of N = 0 elements; a row needs at least one");
  refused("(-8,)", "has a malformed .npy header ('shape' holds something else than lengths); write it with numpy.save");
  refused("(4294967296, 4294967296)",
          "has shape (4294967296, 4294967296), more elements than can be addressed; save it again");
  refused("(0, 9223372036854775807)",
          "has shape (0, 9223372036854775807), more elements than can be addressed; save it again");
  refused("(99999999999999999999,)", "has a shape of more elements than can be addressed; save it again");
  refused("(1000000000000, 4)",
          "is cut off: shape (1000000000000, 4) needs 16000000000000 bytes of data, 32 are there; copy or save it "
          "again");
  std::string ones = "(8";
  for (int i = 0; i < 64; ++i) ones += ",1";
  refused(ones + ")", "has more than 64 axes; reshape it");
}

TEST_F(BadInput, Parameters) {
  Save("five.npy", {1, 2, 3, 4, 5});
  Save("row.npy", MakeArray(kF32, {1, 4}, {1, 2, 3, 4}));
  Save("f64.npy", MakeArray(kF64, {4}, {1, 2, 3, 4}));
  Write("cut.npy", Bytes("g.npy").substr(0, 130));
  const std::string run = "run --x x.npy --y y.npy ";
  ExpectRefusal(run + "--gamma five.npy",
                "exactnorm run: --gamma five.npy: has shape (5,); the rows of --x have N = 4 elements, so it must be "
                "(4,)");
  ExpectRefusal(run + "--beta row.npy",
                "exactnorm run: --beta row.npy: has shape (1, 4); the rows of --x have N = 4 elements, so it must be "
                "(4,)");
  ExpectRefusal(run + "--gamma g.npy --beta f64.npy",
                "exactnorm run: --beta f64.npy: is f64 but --gamma g.npy is f32; save both in one format");
  ExpectRefusal(run + "--gamma cut.npy",
                "exactnorm run: --gamma cut.npy: is cut off: shape (4,) needs 16 bytes of data, 2 are there; copy or "
                "save it again");
}

TEST_F(BadInput, Eps) {
  const auto refused = [&](const std::string& eps, const std::string& problem) {
    ExpectRefusal("run --x x.npy --y y.npy --eps=" + eps,
                  "exactnorm run: --eps " + eps + ": " + problem + "; give a finite number >= 0, such as 1e-5");
  };
  refused("-1e-5", "is negative");
  refused("-0x1p-1074", "is negative");
  refused("nan", "is NaN");
  refused("-nan", "is NaN");
  refused("inf", "is infinite");
  refused("-infinity", "is infinite");
  refused("1e400", "is outside the range of a binary64");
  refused("1e-400", "is outside the range of a binary64");
  refused("1e-5x", "has 'x' after the number");
  refused("1e-5,0", "has ',0' after the number");
  refused("tiny", "is not a number");
  refused("+1e-5", "is not a number");
  refused("--1", "is not a number");
  refused("0x-1", "is not a number");
  refused("0x", "is not a number");
  ExpectRefusal("run --x x.npy --y y.npy --eps ''",
                "exactnorm run: --eps : is not a number; give a finite number >= 0, such as 1e-5");
  ExpectRefusal("run --x x.npy --y y.npy --eps -1",
                "exactnorm run: --eps -1: is negative; give a finite number >= 0, such as 1e-5");
}

TEST_F(BadInput, Options) {
  const std::string run = "run --x x.npy --y y.npy ";
  ExpectRefusal("", "exactnorm: nothing to do; see exactnorm --help");
  ExpectRefusal("normalise", "exactnorm: 'normalise' is not known here; see exactnorm --help");
  ExpectRefusal("--fast", "exactnorm: '--fast' is not known here; see exactnorm --help");
  ExpectRefusal(run + "--fast", "exactnorm run: '--fast' is not known here; see exactnorm run --help");
  ExpectRefusal(run + "more.npy", "exactnorm run: 'more.npy' is not known here; see exactnorm run --help");
  ExpectRefusal("run --X x.npy --y y.npy", "exactnorm run: '--X' is not known here; see exactnorm run --help");
  ExpectRefusal("run --y y.npy", "exactnorm run: --x is missing; give --x FILE, or see --help");
  ExpectRefusal("run --x x.npy", "exactnorm run: --y is missing; give --y FILE, or see --help");
  ExpectRefusal("check --x x.npy", "exactnorm check: --y is missing; give --y FILE, or see --help");
  ExpectRefusal("run --x", "exactnorm run: --x: 1 required FILE missing; see exactnorm run --help");
  ExpectRefusal("run --x '' --y y.npy",
                "exactnorm run: --x: is empty; give the path of a file; see exactnorm run --help");
  ExpectRefusal(run + "--x x.npy", "exactnorm run: --x: At Most 1 required but received 2; see exactnorm run --help");
  ExpectRefusal(run + "--op batch_norm",
                "exactnorm run: --op batch_norm: is not an operation; use layer_norm or rms_norm");
  ExpectRefusal(run + "--format f32",
                "exactnorm run: --format f32: only bf16 needs to be said; f8, f4 and f2 files speak for themselves");
  ExpectRefusal(run + "--out-format fp8",
                "exactnorm run: --out-format fp8: is not a format; use f64, f32, f16 or bf16");
  ExpectRefusal(run + "--op rms_norm --mean m.npy",
                "exactnorm run: --mean m.npy: RMSNorm has no mean; leave --mean out, or use --op layer_norm");
  ExpectRefusal(run + "--mean ./y.npy",
                "exactnorm run: --mean ./y.npy: is the file of --y too; give each output its own");
  ExpectRefusal("run --x 'two\nlines\033[31m' --y y.npy",
                "exactnorm run: --x two?lines?[31m: cannot be read: No such file or directory; give a readable .npy "
                "file");
}

TEST_F(BadInput, Paths) {
  std::filesystem::create_directory(Path("folder"));
  std::filesystem::create_symlink("loop.npy", Path("loop.npy"));
  const std::string run = "run --x x.npy ";
  ExpectRefusal("run --x no.npy --y y.npy",
                "exactnorm run: --x no.npy: cannot be read: No such file or directory; give a readable .npy file");
  ExpectRefusal("run --x loop.npy --y y.npy",
                "exactnorm run: --x loop.npy: cannot be read: Too many levels of symbolic links; give a readable .npy "
                "file");
  ExpectRefusal("run --x folder --y y.npy", "exactnorm run: --x folder: is a directory; give a .npy file");
  ExpectRefusal("run --x /dev/null --y y.npy",
                "exactnorm run: --x /dev/null: is a device or pipe; give a .npy file on disk");
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  ExpectRefusal("run --x pipe --y y.npy", "exactnorm run: --x pipe: is a device or pipe; give a .npy file on disk");
  ExpectRefusal(run + "--y folder", "exactnorm run: --y folder: is a directory; give the name of a file to write");
  ExpectRefusal(run + "--y no/y.npy",
                "exactnorm run: --y no/y.npy: cannot be written: No such file or directory; choose a writable place");
  ExpectRefusal(run + "--y x.npy/y.npy",
                "exactnorm run: --y x.npy/y.npy: cannot be written: Not a directory; choose a writable place");
}

// /dev/full stands in for a full disk; it answers every write like one.
TEST_F(BadInput, FullDisk) {
  const std::string full = " /dev/full: cannot be written: No space left on device; make room or choose another place";
  ExpectRefusal("run --x x.npy --y /dev/full", "exactnorm run: --y" + full);
  ExpectRefusal("run --x x.npy --y y.npy --mean /dev/full", "exactnorm run: --mean" + full);
  ExpectRefusal("run --x x.npy --y y.npy --mean m.npy --rstd /dev/full", "exactnorm run: --rstd" + full);
  const std::string before = Bytes("g.npy");
  ExpectRefusal("run --x x.npy --y g.npy --mean /dev/full", "exactnorm run: --mean" + full);
  EXPECT_EQ(Bytes("g.npy"), before);
}

TEST_F(BadInput, FullStandardOutput) {
  for (const std::string subcommand : {"targets", "check"}) {
    ExpectRefusal(subcommand + (subcommand == "check" ? " --json --x x.npy --y x.npy" : ""),
                  "exactnorm " + subcommand + ": standard output cannot be written; make room or send it elsewhere",
                  "sh -c '\"$0\" \"$@\" >/dev/full'");
  }
}

// Root reads and writes everywhere, unless this right is taken from it.
TEST_F(BadInput, Permissions) {
  const std::string powerless = geteuid() != 0 ? ""
                                               : "setpriv --bounding-set=-dac_override,-dac_read_search "
                                                 "--inh-caps=-dac_override,-dac_read_search";
  Save("secret.npy", {1, 2});
  std::filesystem::permissions(Path("secret.npy"), std::filesystem::perms::none);
  std::filesystem::create_directory(Path("folder"));
  std::filesystem::permissions(Path("folder"), std::filesystem::perms{0555});
  ExpectRefusal("run --x secret.npy --y y.npy",
                "exactnorm run: --x secret.npy: cannot be read: Permission denied; give a readable .npy file",
                powerless);
  ExpectRefusal("run --x x.npy --y folder/y.npy",
                "exactnorm run: --y folder/y.npy: cannot be written: Permission denied; choose a writable place",
                powerless);
  EXPECT_TRUE(std::filesystem::is_empty(Path("folder")));
}

// A size limit makes write() fail in the middle of a file, as a disk that fills up does.
TEST_F(BadInput, DiskThatFillsUp) {
  Save("big.npy", MakeArray(kF32, {64, 64}, {}));
  ExpectRefusal("run --x big.npy --mean m.npy --y y.npy",
                "exactnorm run: --y y.npy: cannot be written: File too large; make room or choose another place",
                "ulimit -f 8 &&");
}

TEST_F(BadInput, Measure) {
  ExpectRefusal("measure --kernel my.so",
                "exactnorm measure: --kernel my.so: cannot be loaded: ./my.so: cannot open shared object file: No such "
                "file or directory");
  ExpectRefusal("measure --columns 0",
                "exactnorm measure: --columns: Value 0 not in range 1 to 16777216; see exactnorm measure --help");
  ExpectRefusal("measure --formats fp8",
                "exactnorm measure: --formats: no format 'fp8': f64, f32, f16, bf16; see exactnorm measure --help");
}

TEST_F(BadInput, Check) {
  Save("y.npy", MakeArray(kF32, {4, 2}, {}));
  Write("u2.npy", NpyBytes("<u2", false, "(2, 4)", std::string(16, '\0')));
  ExpectRefusal("check --x x.npy --y y.npy",
                "exactnorm check: --y y.npy: has shape (4, 2) but --x x.npy has (2, 4); give the result for this x");
  ExpectRefusal("check --x x.npy --y u2.npy",
                "exactnorm check: --y u2.npy: holds '<u2'; if these are bfloat16 add --format bf16, else convert it "
                "with astype('float64')");
  ExpectRefusal("check --x x.npy --y no.npy",
                "exactnorm check: --y no.npy: cannot be read: No such file or directory; give a readable .npy file");
  ExpectRefusal("check --x x.npy --y x.npy --eps -1",
                "exactnorm check: --eps -1: is negative; give a finite number >= 0, such as 1e-5");
  ExpectRefusal("check --x x.npy --y x.npy --mean m.npy",
                "exactnorm check: '--mean' is not known here; see exactnorm check --help");
}

}  // namespace
}  // namespace exactnorm::command
