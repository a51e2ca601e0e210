/* SPDX-License-Identifier: Apache-2.0 */
#include <exactnorm/exactnorm.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  const float x[4] = {40000, 40001, 40002, 40003};
  const float expected[4] = {-0x1.57756cp+0f, -0x1.c9f1e4p-2f, 0x1.c9f1e4p-2f, 0x1.57756cp+0f};
  float y[4];
  exactnorm_call call;
  memset(&call, 0, sizeof call);
  call.size = sizeof call;
  call.rows = 1;
  call.columns = 4;
  call.eps = 1e-5;
  call.x = x;
  call.y = y;
  const exactnorm_status status = exactnorm_normalize(&call, NULL);
  if (status != EXACTNORM_OK) {
    fprintf(stderr, "%s\n", exactnorm_message(status));
    return 1;
  }
  if (strcmp(exactnorm_version(), EXACTNORM_VERSION_STRING) != 0) return 1;
  return memcmp(y, expected, sizeof y) != 0;
}
