/* rng.h - numbers that depend on nothing but their key. No state is kept between calls of the program. */
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t s;
};

uint64_t rng_mix(uint64_t a, uint64_t b); /* one hash of two numbers */
uint64_t rng_text(uint64_t seed, const char *s);
struct rng rng_start(uint64_t key, uint64_t purpose);
uint64_t rng_next(struct rng *r);
int rng_range(struct rng *r, int lo, int hi); /* both ends included */
bool rng_chance(struct rng *r, int one_in);
double rng_unit(struct rng *r); /* [0, 1) */

/* Smooth noise: between -amp and amp, a straight line between knots that lie `step` apart. */
int rng_wave(uint64_t key, int64_t t, int step, int amp);

#endif
