/* The functions of a file, GENERATED, at every float: the worst error of each in units in the
 * last place, against the library in double precision, and how often what is NaN, infinite or
 * neither is another one. Each line: name, worst error, the number there, how often. Floats are
 * taken by their bits, from the first argument to before the second one. */
#include GENERATED
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16384 /* both arrays stay in the first two caches */

static double right_exp(double x) { return exp(x); }
static double right_log(double x) { return log(x); }
static double right_tanh(double x) { return tanh(x); }
static double right_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double right_softplus(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }

static double last_place(float size)
{
  /* What one unit in the last place is worth; that of the least normal number below it. */
  uint32_t bits;
  memcpy(&bits, &size, sizeof bits);
  const int power = (int)(bits >> 23 & 255);
  return ldexp(1, (power ? power : 1) - 150);
}

#define SWEEP(name, function)                                                              \
  {                                                                                        \
    static float x[BLOCK], y[BLOCK];                                                       \
    double worst = 0;                                                                      \
    float where = 0;                                                                       \
    long wrong = 0;                                                                        \
    for (uint64_t first = from; first < to; first += BLOCK) {                               \
      for (uint32_t k = 0; k < BLOCK; k++) {                                               \
        const uint32_t bits = (uint32_t)first + k;                                         \
        memcpy(&x[k], &bits, sizeof bits);                                                 \
      }                                                                                    \
      for (int k = 0; k < BLOCK; k++) y[k] = function(x[k]);                               \
      for (int k = 0; k < BLOCK; k++) {                                                    \
        const double right = right_##name(x[k]);                                           \
        const float rounded = (float)right;                                                \
        if (!isfinite(rounded)) {                                                          \
          wrong += isnan(rounded) ? !isnan(y[k]) : y[k] != rounded;                        \
          continue;                                                                        \
        }                                                                                  \
        const double off = fabs(y[k] - right) / last_place(rounded);                       \
        if (!(off <= worst)) worst = off, where = x[k];                                    \
      }                                                                                    \
    }                                                                                      \
    printf("%s %.17g %.9g %ld\n", #name, worst, where, wrong);                             \
    fflush(stdout);                                                                        \
  }

int main(int count, char **words)
{
  if (count != 3) return 2;
  const uint64_t from = strtoull(words[1], NULL, 10), to = strtoull(words[2], NULL, 10);
  SWEEP(exp, real_exp)
  SWEEP(log, real_log)
  SWEEP(tanh, real_tanh)
  SWEEP(sigmoid, real_sigmoid)
  SWEEP(softplus, real_softplus)
  return 0;
}
