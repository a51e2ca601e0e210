// SPDX-License-Identifier: Apache-2.0
// The table that Coq prints from proofs/fast/constants.v, and comparisons with it: ("name", (n, d, e)) stands for
// n / d 2^e. Light, since constant_slips_test.sh compiles its users many times.
#ifndef EXACTNORM_TESTS_PROOFS_CONSTANTS_H_
#define EXACTNORM_TESTS_PROOFS_CONSTANTS_H_

namespace exactnorm::proofs {

struct Triple {
  long long n, d, e;
};

// The table is read once, before all else.
void ReadTable(const char* path);
// The i-th entry of a name; null beyond the last one. The first one exists, or the process ends.
const Triple* Entry(const char* name, unsigned i);
// The binary64 nearest to a name's first entry: n, d < 2^53.
double Proved(const char* name);

void Expect(const char* name, double compiled, double proved);
inline void Expect(const char* name, double compiled) { Expect(name, compiled, Proved(name)); }
// What the process returns: 1 if something was refused.
int Verdict();

}  // namespace exactnorm::proofs
#endif  // EXACTNORM_TESTS_PROOFS_CONSTANTS_H_
