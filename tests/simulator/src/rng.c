/* rng.c - splitmix64 as a hash and as a stream. */
#include "rng.h"

uint64_t rng_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a + 0x9e3779b97f4a7c15u * (b + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t rng_text(uint64_t seed, const char *s)
{
    uint64_t h = rng_mix(seed, 0x5eed);
    for (; *s; s++)
        h = rng_mix(h, (unsigned char)*s);
    return h;
}

struct rng rng_start(uint64_t key, uint64_t purpose)
{
    return (struct rng){rng_mix(key, purpose)};
}

uint64_t rng_next(struct rng *r)
{
    r->s += 0x9e3779b97f4a7c15u;
    return rng_mix(r->s, 0);
}

int rng_range(struct rng *r, int lo, int hi)
{
    return lo + (int)(rng_next(r) % (uint64_t)(hi - lo + 1));
}

bool rng_chance(struct rng *r, int one_in)
{
    return rng_next(r) % (uint64_t)one_in == 0;
}

double rng_unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) / 9007199254740992.0;
}

static int knot(uint64_t key, int64_t i, int amp)
{
    return (int)(rng_mix(key, (uint64_t)i) % (uint64_t)(2 * amp + 1)) - amp;
}

int rng_wave(uint64_t key, int64_t t, int step, int amp)
{
    int64_t i = t / step;
    int from = knot(key, i, amp), to = knot(key, i + 1, amp);
    return from + (to - from) * (int)(t % step) / step;
}
