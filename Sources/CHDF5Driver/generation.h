// A second copy of a file's metadata, so that a file that is being written can be read at any moment.
//
// libhdf5 changes metadata in place, many blocks at a time: whoever is killed meanwhile leaves a file that contradicts
// itself. The driver therefore keeps metadata in memory. At a flush it writes a copy of all of it, a generation, to a
// place behind the end of what libhdf5 uses, and then the superblock, whose 96 bytes one call writes within a page:
// before that call a reader sees the old generation, after it the new one.
//
// A copy has other addresses than the original, so the builder knows the oldest layout of the format, which the files of
// ours are written in: superblock 0, object headers 1, groups as symbol tables, chunks in trees of version 1. Whatever
// else it meets makes it give up. Values stay where they are. Rows that fill no whole chunk yet are given as tails: they
// become a chunk of the copy, so that no chunk is ever rewritten.
//
// Source: HDF5 File Format Specification, version 3.0, sections II.A, III.A.1, III.B to III.D, IV.A.
#ifndef SYNFIRE_GENERATION_H
#define SYNFIRE_GENERATION_H

#include "extents.h"
#include "synfire_hdf5_driver.h"

enum { superblock_size = 96, marker_size = 16 };

/// A tail's place: relative to the generation's.
typedef struct {
    size_t offset;
    size_t size;
} tail_place;

typedef struct {
    /// Metadata with addresses that are relative to the first byte, at each of `links`.
    unsigned char *bytes;
    size_t size;
    size_t capacity;
    size_t *links;
    size_t link_count;
    size_t link_capacity;
    /// What the tails get room behind the metadata for; then comes the marker, and the end.
    tail_place *tails;
    size_t tail_count;
    size_t total;
    /// With the addresses that the bytes have.
    unsigned char superblock[superblock_size];
    /// What addresses count from now.
    uint64_t base;
} generation;

/// What ends a file that has not been finished.
extern const char generation_marker[marker_size + 1];

/// Copies metadata. 0, ENOMEM, or -1 for a structure that is not known.
int generation_build(
    generation *result, const extent_list *metadata, const synfire_driver_tail *tails, size_t tail_count);

/// Makes addresses count from elsewhere.
void generation_move(generation *generation, uint64_t base);

void generation_clear(generation *generation);

#endif
