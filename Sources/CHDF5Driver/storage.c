#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "storage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { page = 4096, gathered = 1 << 18 };

// MARK: Calls that change a file

static int64_t calls = 0, calls_left = -1;
static int last_is_torn = 0;

void synfire_driver_stop_after(int64_t count, int tears) {
    calls = 0;
    calls_left = count;
    last_is_torn = tears;
}

int64_t synfire_driver_calls(void) { return calls; }

/// How many of so many bytes are written before the process counts as killed.
static size_t admitted(uint64_t address, size_t size) {
    calls++;
    if (calls_left < 0) return size;
    if (calls_left == 0) return 0;
    size_t to_page = page - (size_t)(address % page);
    return --calls_left == 0 && last_is_torn && size > to_page ? to_page : size;
}

static int put(const storage *storage, uint64_t address, size_t size, const void *bytes) {
    const unsigned char *source = bytes;
    size = admitted(address, size);
    for (size_t done = 0; done < size;) {
        ssize_t count = pwrite(storage->descriptor, source + done, size - done, (off_t)(address + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno ? errno : EIO;
        if (count == 0) return ENOSPC;
        done += (size_t)count;
    }
    return 0;
}

static int resize(const storage *storage, uint64_t size) {
    if (admitted(0, 1) == 0) return 0;
    return ftruncate(storage->descriptor, (off_t)size) < 0 ? errno : 0;
}

/// Gives a file its name.
static int give_name(storage *storage) {
    if (!storage->name) return 0;
#ifdef O_TMPFILE
    char path[64] = "/proc/self/fd/";
    char digits[16];
    int length = 0, number = storage->descriptor;
    do digits[length++] = (char)('0' + number % 10); while ((number /= 10) > 0);
    for (size_t end = strlen(path); length > 0;) path[end++] = digits[--length];
    if (admitted(0, 1) == 1 && linkat(AT_FDCWD, path, AT_FDCWD, storage->name, AT_SYMLINK_FOLLOW) < 0) return errno;
#endif
    free(storage->name);
    storage->name = NULL;
    return 0;
}

// MARK: A file's life

int storage_create(storage *storage, const char *name) {
    memset(storage, 0, sizeof *storage);
    int descriptor = -1;
#ifdef O_TMPFILE
    // Without a name until it can be read: whoever is killed before leaves nothing.
    const char *slash = strrchr(name, '/');
    char *folder = slash ? strndup(name, slash == name ? 1 : (size_t)(slash - name)) : strdup(".");
    if (folder && access("/proc/self/fd", X_OK) == 0)
        descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    free(folder);
    if (descriptor >= 0) storage->name = strdup(name);
#endif
    // Not every file system has files without a name.
    if (descriptor < 0) descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    // Who clears up takes away what nobody has locked.
    if (descriptor >= 0) (void)flock(descriptor, LOCK_EX | LOCK_NB);
    storage->descriptor = descriptor;
    return descriptor;
}

void storage_clear(storage *storage) {
    extents_clear(&storage->metadata);
    generation_clear(&storage->current);
    free(storage->name);
    storage->name = NULL;
}

static uint64_t aligned(uint64_t address) { return (address + 511) / 512 * 512; }

/// Writes a generation's metadata and what ends the file, but for the superblock, at its place.
static int put_generation(const storage *storage, const generation *g) {
    int number = put(storage, g->base, g->size, g->bytes);
    return number ? number : put(storage, g->base + g->total - marker_size, marker_size, generation_marker);
}

/// Moves the generation out of the way of what libhdf5 writes.
static int move_generation(storage *storage, uint64_t end) {
    generation *g = &storage->current;
    uint64_t from = g->base, to = aligned(from + g->total);
    if (to < end + page) to = aligned(end + page + 2 * storage->growth);
    generation_move(g, to);
    int number = put_generation(storage, g);
    for (size_t i = 0; i < g->tail_count && number == 0; i++) {
        size_t size = g->tails[i].size;
        unsigned char *bytes = size ? calloc(1, size) : NULL;
        if (size && !bytes) number = ENOMEM;
        if (bytes && pread(storage->descriptor, bytes, size, (off_t)(from + g->tails[i].offset)) < 0) number = errno;
        if (bytes && number == 0) number = put(storage, to + g->tails[i].offset, size, bytes);
        free(bytes);
    }
    if (number == 0) number = put(storage, 0, superblock_size, g->superblock);
    if (number == 0) return 0;
    // No room for two: rather a file that nobody takes for a whole one than no file.
    const unsigned char nothing[8] = {0};
    storage->has_generation = false;
    return put(storage, 0, sizeof nothing, nothing);
}

int storage_write_values(storage *storage, uint64_t end, uint64_t address, size_t size, const void *bytes) {
    const generation *g = &storage->current;
    if (storage->has_generation && address < g->base + g->total && address + size > g->base) {
        int number = move_generation(storage, end > address + size ? end : address + size);
        if (number) return number;
    }
    if (!extents_cut(&storage->metadata, address, size)) return ENOMEM;
    storage->growth += size;
    if (size > 4 && memcmp(bytes, "GCOL", 4) == 0) {
        // A heap of texts, which grows at its end: what is new gets there before what says so.
        for (size_t left = size; left > 0;) {
            size_t piece = (size_t)((address + left - 1) % page) + 1;
            if (piece > left) piece = left;
            left -= piece;
            int number = put(storage, address + left, piece, (const unsigned char *)bytes + left);
            if (number) return number;
        }
        return 0;
    }
    return put(storage, address, size, bytes);
}

int storage_commit(storage *storage, uint64_t end, const synfire_driver_tail *tails, size_t count) {
    generation made;
    int number = generation_build(&made, &storage->metadata, tails, count);
    if (number) return number;
    uint64_t base = aligned(end + 65536 + 2 * storage->growth);
    const generation *old = &storage->current;
    if (storage->has_generation && base + made.total > old->base && base < old->base + old->total)
        base = aligned(old->base + old->total);
    generation_move(&made, base);
    for (size_t i = 0; i < count && number == 0; i++)
        if (tails[i].size > 0) number = put(storage, base + made.tails[i].offset, tails[i].size, tails[i].bytes);
    if (number == 0) number = put_generation(storage, &made);
    if (number == 0) number = put(storage, 0, superblock_size, made.superblock);
    if (number == 0) number = give_name(storage);
    if (number) {
        generation_clear(&made);
        return number;
    }
    generation_clear(&storage->current);
    storage->current = made;
    storage->has_generation = true;
    storage->growth = 0;
    return 0;
}

/// Writes all metadata but the superblock, neighbours in one call.
static int put_metadata(const storage *storage) {
    const extent_list *list = &storage->metadata;
    unsigned char *buffer = malloc(gathered);
    if (!buffer) return ENOMEM;
    uint64_t start = 0;
    size_t filled = 0;
    int number = 0;
    for (size_t i = 0; i < list->count && number == 0; i++) {
        const extent *item = &list->items[i];
        if (item->address == 0) continue;
        if (filled > 0 && (item->address != start + filled || filled + item->size > gathered)) {
            number = put(storage, start, filled, buffer);
            filled = 0;
        }
        if (number) break;
        if (item->size > gathered) {
            number = put(storage, item->address, item->size, item->bytes);
            continue;
        }
        if (filled == 0) start = item->address;
        memcpy(buffer + filled, item->bytes, item->size);
        filled += item->size;
    }
    if (number == 0 && filled > 0) number = put(storage, start, filled, buffer);
    free(buffer);
    return number;
}

int storage_finish(storage *storage, uint64_t end) {
    if (storage->is_discarded) return 0;
    int number = 0;
    if (storage->has_generation && storage->current.base < end) number = move_generation(storage, end);
    if (number == 0) number = put_metadata(storage);
    struct stat status;
    if (number == 0 && fstat(storage->descriptor, &status) < 0) number = errno;
    if (number == 0 && (uint64_t)status.st_size < end) number = resize(storage, end);
    const extent_list *list = &storage->metadata;
    if (number == 0 && list->count > 0 && list->items[0].address == 0)
        number = put(storage, 0, list->items[0].size, list->items[0].bytes);
    if (number == 0 && (uint64_t)status.st_size > end) number = resize(storage, end);
    return number ? number : give_name(storage);
}
