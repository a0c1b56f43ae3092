#include "synfire_support.h"

// How many multiplications with an addition a core makes at most: chains in registers and nothing else. Twelve of them
// are enough for two units that take up to five cycles, and with two constants still fit into sixteen registers.

#define SYNFIRE_CHAINS 12

#define SYNFIRE_DEFINE_CHAINS(name, bytes, attribute)                                                       \
    attribute static void name(long rounds) {                                                              \
        typedef float vector __attribute__((vector_size(bytes)));                                          \
        volatile float seed = 0.999999f;                                                                   \
        const vector m = (vector){0} + seed, c = (vector){0} + (1 - seed);                                 \
        vector a0 = c, a1 = c, a2 = c, a3 = c, a4 = c, a5 = c, a6 = c, a7 = c, a8 = c, a9 = c, a10 = c, a11 = c; \
        for (long i = 0; i < rounds; i++) {                                                                \
            a0 = a0 * m + c; a1 = a1 * m + c; a2 = a2 * m + c; a3 = a3 * m + c;                            \
            a4 = a4 * m + c; a5 = a5 * m + c; a6 = a6 * m + c; a7 = a7 * m + c;                            \
            a8 = a8 * m + c; a9 = a9 * m + c; a10 = a10 * m + c; a11 = a11 * m + c;                        \
        }                                                                                                  \
        const vector sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11;                    \
        seed = sum[0];                                                                                     \
    }

SYNFIRE_DEFINE_CHAINS(chains_of_4, 16, )
#if defined(__x86_64__)
SYNFIRE_DEFINE_CHAINS(chains_of_8, 32, __attribute__((target("avx2,fma"))))
SYNFIRE_DEFINE_CHAINS(chains_of_16, 64, __attribute__((target("avx512f"))))
#endif

double synfire_peak_operations(int windows) {
    void (*chains)(long) = chains_of_4;
    double width = 4;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) {
        chains = chains_of_16;
        width = 16;
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        chains = chains_of_8;
        width = 8;
    }
#endif
    const long rounds = 200000;
    double best = 0;
    for (int i = 0; i < windows; i++) {
        const uint64_t start = synfire_thread_nanoseconds();
        chains(rounds);
        const uint64_t time = synfire_thread_nanoseconds() - start;
        const double rate = 2 * width * SYNFIRE_CHAINS * (double)rounds / ((double)(time ? time : 1) * 1e-9);
        if (rate > best) best = rate;
    }
    return best;
}
