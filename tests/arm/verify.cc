// SPDX-License-Identifier: Apache-2.0
// The property suite on this library, for another CPU: no GoogleTest, no second process, nothing to load.
//
//   exactnorm_verify TARGET [--seconds S | --cases N] [--seed SEED]
//
// 0: on that instruction set, which EXACTNORM_TARGET has to name, A2, R2 and every claim of the geometry are reached in
// all formats, with the bits of the exact stage; 1: they are not, with the counterexamples; 77: no such target here.
// Without --seconds the output is the same for a seed.
#include <charconv>
#include <iostream>
#include <string_view>
#include <system_error>

#include "exactnorm/exactnorm.h"
#include "tests/laws/verdict.h"

namespace exactnorm::laws {
namespace {

struct Arguments {
  std::string_view target;
  Options options;
};

template <class T>
bool Read(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool Parse(int argc, char** argv, Arguments& arguments) {
  if (argc < 2 || argc % 2 != 0) return false;
  arguments.target = argv[1];
  for (int i = 2; i < argc; i += 2) {
    const std::string_view name = argv[i], value = argv[i + 1];
    if (name == "--seconds") {
      int64_t seconds = 0;
      if (!Read(value, seconds) || seconds < 1) return false;
      arguments.options.time = std::chrono::seconds(seconds);
      arguments.options.cases = 1 << 24;  // as many as there is time for
    } else if (name == "--cases") {
      if (!Read(value, arguments.options.cases) || arguments.options.cases < 1) return false;
    } else if (name == "--seed") {
      if (!Read(value, arguments.options.seed)) return false;
    } else {
      return false;
    }
  }
  return true;
}

// Everything asked was answered, by at least one case each.
bool AllHeld(const Verdict& verdict) {
  bool all = true;
  for (const Finding& f : verdict.findings) {
    if (f.standing == Standing::kHeld || f.standing == Standing::kBroken) continue;
    std::cout << f.law << " (" << FormatsName(f.formats) << "): " << StandingName(f.standing) << '\n';
    all = false;
  }
  return all;
}

int Verify(const Arguments& arguments) {
  const char* const chosen = exactnorm_chosen_target();
  if (chosen == nullptr) {
    std::cout << "skipped: the CPU or this build has no " << arguments.target << '\n';
    return 77;
  }
  if (chosen != arguments.target) {
    std::cout << "the target is " << chosen << ", not " << arguments.target << ": set EXACTNORM_TARGET\n";
    return 1;
  }
  Subject subject = ThisLibrary();
  subject.name = chosen;
  subject.targets = {ExactStageAlone()};
  Options options = arguments.options;
  options.foreign = false;
  const Verdict verdict = Examine(subject, ExactOracle(), AllLaws(), options);
  size_t held = 0;
  for (const Finding& f : verdict.findings) held += static_cast<size_t>(f.held);
  std::cout << verdict << held << " cases held\n";
  const bool all_held = AllHeld(verdict);
  const bool reached = verdict.Level(Axis::kAccuracy) == 2 && verdict.Level(Axis::kRepeatability) == 2 &&
                       verdict.Level(Axis::kGeometry) == 0;
  return all_held && reached ? 0 : 1;
}

}  // namespace
}  // namespace exactnorm::laws

int main(int argc, char** argv) {
  exactnorm::laws::Arguments arguments;
  if (exactnorm::laws::Parse(argc, argv, arguments)) return exactnorm::laws::Verify(arguments);
  std::cerr << "usage: exactnorm_verify TARGET [--seconds S | --cases N] [--seed SEED]\n";
  return 2;
}
