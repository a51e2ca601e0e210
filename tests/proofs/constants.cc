// SPDX-License-Identifier: Apache-2.0
#include "tests/proofs/constants.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace exactnorm::proofs {

namespace {
std::map<std::string, std::vector<Triple>> table;
bool refused = false;
}  // namespace

void ReadTable(const char* path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (size_t at = text.find('"'); at != std::string::npos;) {
    const size_t end = text.find('"', at + 1);
    const size_t next = text.find('"', end + 1);
    const std::string numbers = text.substr(end + 1, next - end - 1);
    Triple t{};
    if (std::sscanf(numbers.c_str(), ", (%lld, %lld, %lld)", &t.n, &t.d, &t.e) == 3) {
      table[text.substr(at + 1, end - at - 1)].push_back(t);
    }
    at = next;
  }
}

const Triple* Entry(const char* name, unsigned i) {
  const auto found = table.find(name);
  if (found == table.end()) {
    std::printf("the table has no %s\n", name);
    std::exit(2);
  }
  return i < found->second.size() ? &found->second[i] : nullptr;
}

double Proved(const char* name) {
  const auto [n, d, e] = *Entry(name, 0);
  return std::ldexp(static_cast<double>(n) / static_cast<double>(d), static_cast<int>(e));
}

void Expect(const char* name, double compiled, double proved) {
  if (compiled == proved) return;
  std::printf("refused: %s is %a, proved for %a\n", name, compiled, proved);
  refused = true;
}

int Verdict() { return refused ? 1 : 0; }

}  // namespace exactnorm::proofs
