#include "synfire_support.h"

#include <signal.h>
#include <string.h>

bool synfire_processor_has_kernel_instructions(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

static volatile sig_atomic_t caught = 0;

static void note_signal(int number) {
    if (caught) {
        // Asked twice: the default action, now.
        signal(number, SIG_DFL);
        raise(number);
        return;
    }
    caught = number;
}

void synfire_watch_for_interrupt(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int synfire_interrupt_signal(void) { return (int)caught; }
