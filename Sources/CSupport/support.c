#define _GNU_SOURCE  // for sched_getaffinity
#include "synfire_support.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif
#ifdef __APPLE__
#include <mach/mach.h>
#endif

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
    // A terminal that goes away says so several times, and a limit on processor time every second.
    if (caught && (number == SIGHUP || number == SIGXCPU)) return;
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
    // Whoever started this process may have blocked them, as threads that only compute do; the mask is inherited.
    sigset_t wanted;
    sigemptyset(&wanted);
    // A terminal that goes away and a limit on processor time ask to stop like a person.
    const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        // `nohup` has it ignored: that stays.
        if (numbers[i] == SIGHUP && sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN) continue;
        sigaction(numbers[i], &action, NULL);
        sigaddset(&wanted, numbers[i]);
    }
    sigprocmask(SIG_UNBLOCK, &wanted, NULL);
}

int synfire_interrupt_signal(void) { return (int)caught; }

void synfire_keep_signals_out(sigset_t *before) {
    sigset_t set;
    sigfillset(&set);
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&set, faults[i]);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

void synfire_let_signals_in(const sigset_t *before) { pthread_sigmask(SIG_SETMASK, before, NULL); }

int synfire_available_processors(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

// Tables of synapses are read at random places: with pages of 4 KiB nearly each read misses the address cache.
static const size_t large_page = (size_t)2 << 20;

static size_t whole_pages(size_t bytes) { return (bytes + large_page - 1) / large_page * large_page; }

void *synfire_take_pages(size_t bytes) {
    if (bytes > SIZE_MAX - large_page) return NULL;
    void *memory = mmap(NULL, whole_pages(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
    madvise(memory, whole_pages(bytes), MADV_HUGEPAGE);
#endif
    return memory;
}

void synfire_give_pages(void *memory, size_t bytes) {
    if (memory) munmap(memory, whole_pages(bytes));
}

// What a limit on the address space (ulimit -v) leaves.
static uint64_t memory_left_by_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return UINT64_MAX;
    unsigned long long pages = 0;
#ifdef __linux__
    FILE *file = fopen("/proc/self/statm", "r");
    if (file) {
        if (fscanf(file, "%llu", &pages) != 1) pages = 0;
        fclose(file);
    }
#endif
    uint64_t used = (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
    // Never 0, which means that nothing is known.
    return limit.rlim_cur > used ? limit.rlim_cur - used : 1;
}

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

uint64_t synfire_available_memory(void) {
#ifdef __linux__
    FILE *file = fopen("/proc/meminfo", "r");
    if (file) {
        char line[256];
        unsigned long long kibibytes = 0;
        while (fgets(line, sizeof line, file)) {
            if (sscanf(line, "MemAvailable: %llu kB", &kibibytes) == 1) break;
        }
        fclose(file);
        if (kibibytes) return smaller((uint64_t)kibibytes * 1024, memory_left_by_limit());
    }
#endif
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? smaller((uint64_t)pages * (uint64_t)size, memory_left_by_limit()) : 0;
}

uint64_t synfire_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t synfire_thread_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t synfire_nanoseconds_of_thread(pthread_t thread) {
#ifdef __APPLE__
    thread_basic_info_data_t info;
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    if (thread_info(pthread_mach_thread_np(thread), THREAD_BASIC_INFO, (thread_info_t)&info, &count) != KERN_SUCCESS) return 0;
    const uint64_t seconds = (uint64_t)info.user_time.seconds + (uint64_t)info.system_time.seconds;
    return seconds * 1000000000u + ((uint64_t)info.user_time.microseconds + (uint64_t)info.system_time.microseconds) * 1000u;
#else
    clockid_t clock;
    struct timespec now;
    if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &now) != 0) return 0;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

uint64_t synfire_peak_memory(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
    return (uint64_t)usage.ru_maxrss;
#else
    return (uint64_t)usage.ru_maxrss * 1024;
#endif
}
