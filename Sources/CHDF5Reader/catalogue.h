// Inside the child: writing the catalogue.
#ifndef SYNFIRE_CATALOGUE_H
#define SYNFIRE_CATALOGUE_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

/// Bytes on their way to the parent.
typedef struct {
    unsigned char *bytes;
    size_t count;
    size_t capacity;
    int output;
} sink;

void put_bytes(sink *to, const void *bytes, size_t size);
void put_u8(sink *to, unsigned value);
void put_u16(sink *to, unsigned value);
void put_u32(sink *to, uint32_t value);
void put_u64(sink *to, uint64_t value);
/// A length and bytes.
void put_text(sink *to, const void *bytes, size_t size);
/// Sends what there is.
void flush_sink(sink *to);
/// Forgets all behind `mark` and puts 0 and a failure: with a reason of ours, else with what libhdf5 says.
void put_failure(sink *to, size_t mark, int code, const char *reason);

/// Keeps what libhdf5 says of a negative status until the next failure is put; to be called before it is told to close
/// things, which makes it forget.
int keep_words(int status);
/// What failed where libhdf5 said nothing of it. Taken by the next failure.
void blame(int code, const char *reason);
/// As `put_failure`, with the latest blame.
void put_blamed_failure(sink *to, size_t mark);

/// What an element is in the file and how it is fetched as it is.
typedef struct {
    /// To read elements as; must be closed if it is not the type itself.
    hid_t memory;
    size_t size;
    /// SYNFIRE_TYPE_...
    int kind;
} element;

/// The sizes of addresses in the file.
extern size_t address_size;

/// Negative on failure, with a blame or an error of libhdf5.
int put_type(sink *to, hid_t type, int depth, element *found);
int put_space(sink *to, hid_t space, hsize_t *count);
int put_dataset(sink *to, hid_t dataset);
int put_attributes(sink *to, hid_t object);

/// The driver through which the child reads. While it is noting, values are not read: where they lie is noted.
hid_t reading_driver(int descriptor, const void *image, uint64_t size);
extern bool is_noting;
extern uint64_t noted_address, noted_size;

/// Reads the file and writes its catalogue.
void synfire_catalogue_write(int descriptor, const void *image, uint64_t size, int output);

#endif
