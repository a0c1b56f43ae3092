// A file driver for libhdf5, and raw access to lists of variable length. Both exist because libhdf5 1.10 crashes where
// it should report an error. Identifiers are libhdf5's hid_t; libhdf5's lock must be held for every call.
//
// Writing: after a failed write libhdf5 can no longer close the file: H5Fclose fails, the file stays half open, and the
// library crashes when the process ends. This driver therefore never fails to write as far as libhdf5 can see. The
// first failure is kept, and `synfire_driver_take_error` tells the caller, who gives the file up.
//
// Being killed: metadata is kept in memory until the file is closed. `synfire_driver_commit` writes a copy of it that
// makes the file readable as it is then; whenever the process is killed, the last such state is what is found. See
// generation.h.
//
// Reading: libhdf5's cache of small metadata (the accumulator) overruns its buffer if a damaged address is near the
// end of the address space. It is not asked for.
//
// Lists: libhdf5 trusts the lengths and indices of lists and texts of variable length, and overruns its buffers if they
// do not agree with the heap they point into. `synfire_lists_use` makes it hand out the 16 bytes that lie in the file
// instead, and `synfire_driver_read` reads the heap; the caller checks both.
#ifndef SYNFIRE_HDF5_DRIVER_H
#define SYNFIRE_HDF5_DRIVER_H

#include <stddef.h>
#include <stdint.h>

/// Makes a file access property list use the driver, for files on disc. Negative on failure.
int synfire_driver_use(int64_t access);

/// The same for a file in memory, which starts as a copy of `image` unless that is null. The image must live until
/// the file has been opened.
int synfire_driver_use_memory(int64_t access, const void *image, size_t size);

/// The error number of what failed to be written since the last call, or 0. A flush tells again what failed before.
int synfire_driver_take_error(void);

/// Rows that do not fill a chunk yet, of a dataset that grows along its first dimension by whole chunks.
typedef struct {
    /// The address of the dataset's header.
    uint64_t object;
    uint64_t rows;
    /// The elements as the file has them.
    const void *bytes;
    size_t size;
} synfire_driver_tail;

/// Makes what libhdf5 has handed to the driver, and the tails, the file's content for whoever reads it from now on.
/// 0, an error number (EEXIST where the file's name was taken meanwhile), or -1 for content of an unknown structure;
/// the state before remains then. libhdf5 must have flushed the file.
int synfire_driver_commit(int64_t file, const synfire_driver_tail *tails, size_t count);

/// Nothing more is to be written when the file is closed: it will be removed. Whether it has its name yet.
int synfire_driver_discard(int64_t file);

/// The text that ends a file which has not been finished.
const char *synfire_driver_marker(void);

/// For tests: after so many calls that change a file, further ones do nothing, as if the process had been killed. The
/// last one is cut off at the end of its first page if `tears`. A negative count ends that. The calls are counted from
/// then on.
void synfire_driver_stop_after(int64_t count, int tears);

/// How many such calls there have been.
int64_t synfire_driver_calls(void);

/// Reads bytes of an open file as they are, counted from its first. Negative if they are not all there.
int synfire_driver_read(int64_t file, uint64_t address, size_t size, void *buffer);

/// A new memory type that takes lists as they are in the file, of `size` bytes each. Negative on failure.
int64_t synfire_lists_type(size_t size);

#endif
