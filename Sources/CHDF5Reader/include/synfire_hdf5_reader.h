// Reading what a file says of itself, in a process of its own.
//
// libhdf5 1.10 believes what a file says: one wrong byte of metadata can overrun its buffers, end the process or keep
// it busy for ever. So it never sees a file that is read in this process. A forked child walks through all groups,
// attributes and datasets and sends a catalogue of plain numbers and bytes through a pipe: links, types, shapes, the
// values of attributes, and where the values of datasets lie. The child has bounded time and memory; if it dies, the
// file is refused. What it sends is as untrusted as the file: the caller checks every number, reads the values from the
// file itself, and undoes their filters with the functions below.
//
// The catalogue, numbers in the byte order of the machine, u8 to u64 by width; a text is a u64 length and its bytes:
//     u8 'H', u8 size of addresses, u8 size of lengths, u64 bytes before the file proper
//     for each object: u8 'O', 16 bytes identity, u8 kind (SYNFIRE_READER_...), then
//         group:   u8 1, attributes, u32 links, each: text name, u8 kind (SYNFIRE_LINK_...),
//                  hard: u32 index of an object; soft: text target
//         dataset: u8 1, attributes, type, space, fill, layout
//         other:   u8 1, attributes
//         any:     u8 0, failure
//     u8 'E'
//     attributes: u8 0, failure; or u8 1, u32 count, each: text name, then u8 0, failure; or u8 1, type, space, text
//     failure: u8 code (SYNFIRE_READER_CORRUPT ...), text reason, u32 frames, each: text function, text message
#ifndef SYNFIRE_HDF5_READER_H
#define SYNFIRE_HDF5_READER_H

#include <stddef.h>
#include <stdint.h>

enum { SYNFIRE_READER_GROUP = 0, SYNFIRE_READER_DATASET = 1, SYNFIRE_READER_OTHER = 2 };

enum { SYNFIRE_READER_CORRUPT = 0, SYNFIRE_READER_UNSUPPORTED = 1, SYNFIRE_READER_TOO_LARGE = 2 };

/// What follows each: u8 bytes, u8 is signed, u8 is big-endian, u16 precision, u16 offset; u8 layout, u8 is big-endian;
/// u64 bytes, u8 padding (0 zero-terminated, 1 zeros, 2 spaces), u8 is UTF-8; u8 is UTF-8; integer, u32 members, each:
/// text name, text value; nothing; type; text what it is.
enum {
    SYNFIRE_TYPE_INTEGER = 0,
    SYNFIRE_TYPE_FLOAT = 1,
    SYNFIRE_TYPE_FIXED_TEXT = 2,
    SYNFIRE_TYPE_VARIABLE_TEXT = 3,
    SYNFIRE_TYPE_ENUMERATION = 4,
    SYNFIRE_TYPE_REFERENCE = 5,
    SYNFIRE_TYPE_SEQUENCE = 6,
    SYNFIRE_TYPE_UNKNOWN = 7
};

enum { SYNFIRE_FLOAT_HALF = 0, SYNFIRE_FLOAT_BRAIN = 1, SYNFIRE_FLOAT_SINGLE = 2, SYNFIRE_FLOAT_DOUBLE = 3 };

/// Then for a simple one: u8 rank, u64 sizes, u64 largest sizes.
enum { SYNFIRE_SPACE_NULL = 0, SYNFIRE_SPACE_SCALAR = 1, SYNFIRE_SPACE_SIMPLE = 2 };

/// Fill: u8 0 zeros; u8 1, text bytes of one element; u8 2 a value that is not told.
/// Layouts: text bytes; u64 address or all ones, u64 size; u64 sizes of a chunk (as many as the rank), u32 filters,
/// each: u32 number, u32 first parameter; u64 chunks, each: u64 place in the row-major grid of chunks, ascending, u64
/// address, u64 size, u32 mask of filters left out; nothing; nothing.
enum {
    SYNFIRE_LAYOUT_COMPACT = 0,
    SYNFIRE_LAYOUT_CONTIGUOUS = 1,
    SYNFIRE_LAYOUT_CHUNKED = 2,
    SYNFIRE_LAYOUT_EXTERNAL = 3,
    SYNFIRE_LAYOUT_VIRTUAL = 4
};

/// A child at work.
typedef struct {
    int process;
    int output;
} synfire_reader;

/// What became of it.
typedef struct {
    /// What it sent; to be freed.
    unsigned char *bytes;
    size_t count;
    /// The signal that ended it, or 0.
    int signal;
    /// Whether it sent more than it may, or nothing for too long.
    int was_stopped;
} synfire_reader_result;

/// Forks a child that reads a file: an open one, or `size` bytes in memory if the descriptor is negative. libhdf5's lock
/// must be held. Returns an error number or 0.
int synfire_reader_start(int descriptor, const void *image, uint64_t size, synfire_reader *reader);

/// Takes all that the child sends and waits for its end.
synfire_reader_result synfire_reader_collect(synfire_reader reader, uint64_t limit);

/// Call before anything else of libhdf5: no plug-ins are loaded, and nothing happens when the process ends.
void synfire_reader_prepare_library(void);

// Types of this process that are like those of a file. Negative on failure.

int64_t synfire_reader_integer(int size, int is_signed, int is_big_endian, int precision, int offset);
int64_t synfire_reader_float(int layout, int is_big_endian);
int64_t synfire_reader_opaque(size_t size);

// Empty objects of a file of this process. Negative on failure.

int64_t synfire_reader_stand_in_dataset(int64_t group, const char *name);
int64_t synfire_reader_stand_in_type(int64_t group, const char *name);

// Filters.

/// Sorts bytes back that were sorted by significance.
void synfire_reader_unshuffle(const void *source, void *target, size_t size, size_t element);

/// Whether the last 4 of `size` bytes are the checksum of those before.
int synfire_reader_has_checksum(const void *bytes, size_t size);

#endif
