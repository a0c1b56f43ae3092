// Bytes of a file that are kept in memory, by their address in it.
#ifndef SYNFIRE_EXTENTS_H
#define SYNFIRE_EXTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t address;
    size_t size;
    unsigned char *bytes;
} extent;

/// Sorted by address; no two overlap.
typedef struct {
    extent *items;
    size_t count;
    size_t capacity;
} extent_list;

/// Keeps bytes in place of those that were kept there. False without memory.
bool extents_put(extent_list *list, uint64_t address, size_t size, const void *bytes);

/// Forgets what is kept of a range. False without memory: an extent may have to be split.
bool extents_cut(extent_list *list, uint64_t address, size_t size);

/// Copies what is kept of a range over `buffer`, and says how many bytes that were.
size_t extents_read(const extent_list *list, uint64_t address, size_t size, void *buffer);

void extents_clear(extent_list *list);

#endif
