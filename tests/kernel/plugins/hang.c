/* SPDX-License-Identifier: Apache-2.0 */
/* Never answers: busy, or asleep with every signal blocked that can be. */
#include <exactnorm/kernel.h>
#include <signal.h>
#include <unistd.h>

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  (void)c;
  for (volatile int i = 0;; ++i) {
  }
}

int sleeps(const exactnorm_kernel_call* c) {
  sigset_t all;
  (void)c;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, 0);
  for (;;) pause();
}

/* Leaves a process behind that would run for ever, and ends. */
int forks_and_exits(const exactnorm_kernel_call* c) {
  (void)c;
  if (fork() == 0) {
    for (;;) pause();
  }
  _exit(0);
}
