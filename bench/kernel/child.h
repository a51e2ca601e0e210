// SPDX-License-Identifier: Apache-2.0
// The child in which a kernel runs: this very binary, started again with a hidden argument.
#ifndef EXACTNORM_BENCH_KERNEL_CHILD_H_
#define EXACTNORM_BENCH_KERNEL_CHILD_H_

namespace exactnorm::kernel {

// The first statement of main() in every binary that uses PluginKernel. In the child it loads the kernel, serves
// calls and never returns; elsewhere it does nothing.
void ServeIfChild(int argc, char** argv);

}  // namespace exactnorm::kernel
#endif  // EXACTNORM_BENCH_KERNEL_CHILD_H_
