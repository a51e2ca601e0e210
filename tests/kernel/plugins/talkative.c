/* SPDX-License-Identifier: Apache-2.0 */
/* Prints: a line to each stream; more than a pipe holds; or asks for more memory than there may be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "two_pass.h"

int exactnorm_kernel(const exactnorm_kernel_call* c) {
  printf("hello\n");
  fprintf(stderr, "warning\n");
  return two_pass(c);
}

int floods(const exactnorm_kernel_call* c) {
  for (int i = 0; i < 100000; ++i) printf("line %d\n", i);
  return two_pass(c);
}

int hungry(const exactnorm_kernel_call* c) {
  void* const room = malloc((size_t)1 << 40);
  if (room == NULL) return 42;
  memset(room, 1, 4096);
  free(room);
  return two_pass(c);
}

/* Answers 1000 + what the environment says. */
int reads_environment(const exactnorm_kernel_call* c) {
  const char* const value = getenv("EXACTNORM_TEST_VALUE");
  (void)c;
  return value == NULL ? 1000 : 1000 + atoi(value);
}

/* Answers on what it finds open: whether the standard input is at its end. */
int reads_input(const exactnorm_kernel_call* c) {
  char byte;
  return read(0, &byte, 1) == 0 ? two_pass(c) : 43;
}
