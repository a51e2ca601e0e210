// SPDX-License-Identifier: Apache-2.0
// The table that Coq prints from proofs/fast/constants.v, and comparisons with it: ("name", (n, d, e)) stands for
// n / d 2^e. Without GoogleTest, since constant_slips_test.sh compiles its users many times.
#ifndef EXACTNORM_TESTS_PROOFS_CONSTANTS_H_
#define EXACTNORM_TESTS_PROOFS_CONSTANTS_H_

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace exactnorm::proofs {

class Constants {
 public:
  using Triple = std::array<long long, 3>;

  explicit Constants(const char* path) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (size_t at = text.find('"'); at != std::string::npos;) {
      const size_t end = text.find('"', at + 1);
      const size_t next = text.find('"', end + 1);
      Triple triple{};
      const std::string numbers = text.substr(end + 1, next - end - 1);
      if (std::sscanf(numbers.c_str(), ", (%lld, %lld, %lld)", &triple[0], &triple[1], &triple[2]) == 3) {
        table_[text.substr(at + 1, end - at - 1)].push_back(triple);
      }
      at = next;
    }
  }

  // All entries of a name; there is at least one.
  const std::vector<Triple>& All(const std::string& name) const {
    const auto found = table_.find(name);
    if (found == table_.end()) {
      std::printf("the table has no %s\n", name.c_str());
      std::exit(2);
    }
    return found->second;
  }
  // The binary64 nearest to the constant: n, d < 2^53.
  double operator[](const std::string& name) const {
    const auto [n, d, e] = All(name).front();
    return std::ldexp(static_cast<double>(n) / static_cast<double>(d), static_cast<int>(e));
  }

  void Expect(const std::string& name, double compiled, double proved) {
    if (compiled == proved) return;
    std::printf("refused: %s is %a, proved for %a\n", name.c_str(), compiled, proved);
    refused_ = true;
  }
  void Expect(const std::string& name, double compiled) { Expect(name, compiled, (*this)[name]); }
  int Verdict() const { return refused_ ? 1 : 0; }

 private:
  std::map<std::string, std::vector<Triple>> table_;
  bool refused_ = false;
};

}  // namespace exactnorm::proofs
#endif  // EXACTNORM_TESTS_PROOFS_CONSTANTS_H_
