// What a file that is being written has on disc.
//
// Values lie where libhdf5 puts them. Metadata is kept in memory; behind all that lies the last generation of its copy,
// which moves on when libhdf5 needs the place.
#ifndef SYNFIRE_STORAGE_H
#define SYNFIRE_STORAGE_H

#include "extents.h"
#include "generation.h"

typedef struct {
    int descriptor;
    /// What the file is to be called once it can be read, or null if it has its name.
    char *name;
    extent_list metadata;
    bool is_discarded;
    bool has_generation;
    generation current;
    /// Values that were written since.
    uint64_t growth;
} storage;

/// Makes a file, locks it, and gives its descriptor. -1 and `errno` on failure.
int storage_create(storage *storage, const char *name);

// These give 0 or an error number. `end` is the end of what libhdf5 has given out.

int storage_write_values(storage *storage, uint64_t end, uint64_t address, size_t size, const void *bytes);

/// See `synfire_driver_commit`.
int storage_commit(storage *storage, uint64_t end, const synfire_driver_tail *tails, size_t count);

/// Writes the metadata to its own place: the file is complete then.
int storage_finish(storage *storage, uint64_t end);

void storage_clear(storage *storage);

#endif
