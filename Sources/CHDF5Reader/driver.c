#include "catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Of the one file that a child reads.
static int descriptor = -1;
static const unsigned char *image = NULL;
static uint64_t file_size = 0;

bool is_noting = false;
uint64_t noted_address = 0, noted_size = 0;

typedef struct {
    /// libhdf5's own part; must be first.
    H5FD_t common;
    haddr_t end_of_addresses;
} reading_file;

static H5FD_t *reading_open(const char *name, unsigned flags, hid_t access, haddr_t largest) {
    (void)name, (void)access, (void)largest;
    if (flags & (H5F_ACC_RDWR | H5F_ACC_CREAT | H5F_ACC_TRUNC)) return NULL;
    reading_file *file = calloc(1, sizeof *file);
    return file ? &file->common : NULL;
}

static herr_t reading_close(H5FD_t *common) {
    free(common);
    return 0;
}

/// The file is none of those that the parent has open.
static int reading_compare(const H5FD_t *left, const H5FD_t *right) {
    return left == right ? 0 : left < right ? -1 : 1;
}

static herr_t reading_query(const H5FD_t *common, unsigned long *flags) {
    (void)common;
    if (flags) *flags = 0;
    return 0;
}

static haddr_t reading_get_eoa(const H5FD_t *common, H5FD_mem_t type) {
    (void)type;
    return ((const reading_file *)common)->end_of_addresses;
}

static herr_t reading_set_eoa(H5FD_t *common, H5FD_mem_t type, haddr_t address) {
    (void)type;
    ((reading_file *)common)->end_of_addresses = address;
    return 0;
}

static haddr_t reading_get_eof(const H5FD_t *common, H5FD_mem_t type) {
    (void)common, (void)type;
    return file_size;
}

static herr_t reading_read(
    H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer) {
    (void)common, (void)transfer;
    if (is_noting && type == H5FD_MEM_DRAW) {
        noted_address = address;
        noted_size = size;
        return 0;
    }
    if (address > file_size || size > file_size - address) return -1;
    if (image) {
        memcpy(buffer, image + address, size);
        return 0;
    }
    for (size_t done = 0; done < size;) {
        ssize_t count = pread(descriptor, (unsigned char *)buffer + done, size - done, (off_t)(address + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return -1;
        done += (size_t)count;
    }
    return 0;
}

static herr_t reading_write(
    H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *buffer) {
    (void)common, (void)type, (void)transfer, (void)address, (void)size, (void)buffer;
    return -1;
}

static herr_t reading_lock(H5FD_t *common, hbool_t exclusive) {
    (void)common, (void)exclusive;
    return 0;
}

static herr_t reading_unlock(H5FD_t *common) {
    (void)common;
    return 0;
}

static const H5FD_class_t reading_class = {
#ifdef H5FD_CLASS_VERSION
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)352,
#endif
    .name = "synfire-reader",
    .maxaddr = ((haddr_t)1 << 62),
    .fc_degree = H5F_CLOSE_WEAK,
    .open = reading_open,
    .close = reading_close,
    .cmp = reading_compare,
    .query = reading_query,
    .get_eoa = reading_get_eoa,
    .set_eoa = reading_set_eoa,
    .get_eof = reading_get_eof,
    .read = reading_read,
    .write = reading_write,
    .lock = reading_lock,
    .unlock = reading_unlock,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t reading_driver(int from, const void *bytes, uint64_t size) {
    descriptor = from;
    image = bytes;
    file_size = size;
    return H5FDregister(&reading_class);
}
