#include "catalogue.h"
#include "synfire_hdf5_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

/// Seconds of processor time that a file may take, besides one for each GiB of it.
static const rlim_t base_seconds = 5;
/// Bytes that the child may take beyond what this process has.
static const rlim_t growth = (rlim_t)1 << 30;
/// Milliseconds without a byte after which a child is given up.
static const int patience = 60000;

static void limit(int resource, rlim_t value) {
    struct rlimit current;
    if (getrlimit(resource, &current) < 0) return;
    if (current.rlim_max != RLIM_INFINITY && current.rlim_max < value) value = current.rlim_max;
    struct rlimit wanted = {value, value};
    (void)setrlimit(resource, &wanted);
}

/// The size of this process's address space, or 0.
static rlim_t address_space(void) {
    rlim_t size = 0;
#ifdef __linux__
    int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    char text[64];
    ssize_t count = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    for (ssize_t index = 0; index < count && text[index] >= '0' && text[index] <= '9'; index++)
        size = size * 10 + (rlim_t)(text[index] - '0');
    size *= (rlim_t)sysconf(_SC_PAGESIZE);
#endif
    return size;
}

/// Makes a forked process one that can do little harm and leaves no trace. Only what a signal handler might call, until
/// libhdf5 begins.
static void confine(uint64_t file_size) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    // Whatever the program does about crashes is not wanted here, nor its answer to an interrupt.
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPIPE, SIGXCPU, SIGALRM};
    sigset_t all;
    sigfillset(&all);
    for (size_t index = 0; index < sizeof crashes / sizeof *crashes; index++) signal(crashes[index], SIG_DFL);
    static const int requests[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
    for (size_t index = 0; index < sizeof requests / sizeof *requests; index++) signal(requests[index], SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &all, NULL);
    int nowhere = open("/dev/null", O_RDWR);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, base_seconds + (rlim_t)(file_size >> 30));
    rlim_t size = address_space();
    if (size > 0) limit(RLIMIT_AS, size + growth);
}

int synfire_reader_start(int descriptor, const void *image, uint64_t size, synfire_reader *reader) {
    int ends[2];
    if (pipe(ends) < 0) return errno;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    pid_t process = fork();
    if (process == 0) {
        close(ends[0]);
        confine(size);
        synfire_catalogue_write(descriptor, image, size, ends[1]);
        _exit(0);
    }
    int failure = process < 0 ? errno : 0;
    close(ends[1]);
    if (failure) close(ends[0]);
    reader->process = process;
    reader->output = ends[0];
    return failure;
}

synfire_reader_result synfire_reader_collect(synfire_reader reader, uint64_t limit) {
    synfire_reader_result result = {NULL, 0, 0, 0};
    size_t capacity = 0;
    for (;;) {
        struct pollfd ready = {reader.output, POLLIN, 0};
        int state = poll(&ready, 1, patience);
        if (state < 0 && errno == EINTR) continue;
        if (state <= 0) {
            result.was_stopped = 1;
            break;
        }
        if (result.count == capacity) {
            capacity = capacity ? capacity * 2 : 65536;
            unsigned char *bytes = capacity <= limit ? realloc(result.bytes, capacity) : NULL;
            if (!bytes) {
                result.was_stopped = 1;
                break;
            }
            result.bytes = bytes;
        }
        ssize_t count = read(reader.output, result.bytes + result.count, capacity - result.count);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        result.count += (size_t)count;
    }
    close(reader.output);
    if (result.was_stopped) kill(reader.process, SIGKILL);
    int status = 0;
    pid_t ended;
    do ended = waitpid(reader.process, &status, 0);
    while (ended < 0 && errno == EINTR);
    if (ended == reader.process && WIFSIGNALED(status) && !result.was_stopped) result.signal = WTERMSIG(status);
    return result;
}
