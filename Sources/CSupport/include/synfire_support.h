// What Swift cannot say itself: processor features, a cache hint, and a flag that a signal handler may set.
#ifndef SYNFIRE_SUPPORT_H
#define SYNFIRE_SUPPORT_H

#include <stdbool.h>

/// Whether the processor has AVX2 and FMA, the set that the kernels are compiled for. True on other architectures,
/// where nothing beyond their baseline is asked for.
bool synfire_processor_has_kernel_instructions(void);

/// Makes SIGINT and SIGTERM set a flag instead of ending the process. A second signal ends it at once.
void synfire_watch_for_interrupt(void);

/// The number of the signal that asked to stop, or 0.
int synfire_interrupt_signal(void);

/// The number of processor cores that this process may use (its affinity where the system has one), at least 1.
int synfire_available_processors(void);

/// Asks for the cache line at `address` to be brought near, for reading.
static inline void synfire_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
