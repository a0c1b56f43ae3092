// What Swift cannot say itself: processor features, hints to a core, clocks, and a flag that a signal handler may set.
#ifndef SYNFIRE_SUPPORT_H
#define SYNFIRE_SUPPORT_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether the processor has AVX2 and FMA, the set that the kernels are compiled for. True on other architectures,
/// where nothing beyond their baseline is asked for.
bool synfire_processor_has_kernel_instructions(void);

/// Makes SIGINT and SIGTERM set a flag instead of ending the process. A second signal ends it at once.
void synfire_watch_for_interrupt(void);

/// The number of the signal that asked to stop, or 0.
int synfire_interrupt_signal(void);

/// Keeps signals from the calling thread until `synfire_let_signals_in`, and from threads that it starts meanwhile.
///
/// Those that a fault of the thread itself raises still come. What is sent to the process goes to a thread that takes
/// it, or waits.
void synfire_keep_signals_out(sigset_t *before);

/// Gives the calling thread back the signals that it had.
void synfire_let_signals_in(const sigset_t *before);

/// The number of processor cores that this process may use (its affinity where the system has one), at least 1.
int synfire_available_processors(void);

/// Memory of `bytes` bytes, zero, in large pages where the system has them; NULL where there is not enough.
void *synfire_take_pages(size_t bytes);

/// Gives memory of `synfire_take_pages` back.
void synfire_give_pages(void *memory, size_t bytes);

/// The bytes of memory that could be taken now, as far as the system tells; 0 where it does not.
uint64_t synfire_available_memory(void);

/// Nanoseconds of a clock that only goes forward.
uint64_t synfire_nanoseconds(void);

/// Nanoseconds that the calling thread has had a processor.
uint64_t synfire_thread_nanoseconds(void);

/// Nanoseconds that a thread of this process, which has not been joined, has had a processor; 0 where the system does not
/// say.
uint64_t synfire_nanoseconds_of_thread(pthread_t thread);

/// The most memory that this process has had at once [bytes]; 0 where the system does not say.
uint64_t synfire_peak_memory(void);

/// The most operations a second that the calling core makes in single precision, where a multiplication with an addition
/// counts as two: chains of them in registers, the best of some windows of about a millisecond.
double synfire_peak_operations(int windows);

/// The name of the instructions that the importing module is compiled for.
static inline const char *synfire_instruction_set(void) {
#if defined(__AVX512F__)
    return "AVX-512";
#elif defined(__AVX2__) && defined(__FMA__)
    return "AVX2+FMA";
#elif defined(__x86_64__)
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "no vector instructions";
#endif
}

/// Asks for the cache line at `address` to be brought near, for reading.
static inline void synfire_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

/// Tells the core that a loop only waits for memory to change.
static inline void synfire_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

#endif
