#include "catalogue.h"
#include "synfire_hdf5_reader.h"

#include <stdlib.h>

/// Chunks that are looked for one by one where the grid of all of them is much larger: libhdf5 1.10 counts from the
/// first each time.
static const hsize_t most_scattered = 4096;

typedef struct {
    uint64_t place, address, size;
    uint32_t mask;
} chunk;

static int by_place(const void *left, const void *right) {
    uint64_t a = ((const chunk *)left)->place, b = ((const chunk *)right)->place;
    return a < b ? -1 : a > b;
}

static void put_chunk(sink *to, const chunk *found) {
    put_u64(to, found->place);
    put_u64(to, found->address);
    put_u64(to, found->size);
    put_u32(to, found->mask);
}

/// Where a chunk lies: the driver notes what libhdf5 would read.
static bool locate(hid_t dataset, const hsize_t *start, chunk *found) {
    unsigned char unused;
    uint32_t mask = 0;
    noted_size = 0;
    is_noting = true;
    herr_t status = H5Dread_chunk(dataset, H5P_DEFAULT, start, &mask, &unused);
    is_noting = false;
    if (status < 0 || noted_size == 0) return false;
    found->address = noted_address;
    found->size = noted_size;
    found->mask = mask;
    return true;
}

static uint64_t place_of(const hsize_t *start, const hsize_t *sizes, const hsize_t *chunks, int rank) {
    uint64_t place = 0;
    for (int index = 0; index < rank; index++)
        place = place * (sizes[index] / chunks[index] + (sizes[index] % chunks[index] != 0))
                + start[index] / chunks[index];
    return place;
}

static int put_all_chunks(
    sink *to, hid_t dataset, const hsize_t *sizes, const hsize_t *chunks, int rank, hsize_t grid, hsize_t count) {
    hsize_t start[H5S_MAX_RANK] = {0}, found = 0;
    for (hsize_t place = 0; place < grid && found < count; place++) {
        chunk next = {place, 0, 0, 0};
        if (locate(dataset, start, &next)) {
            put_chunk(to, &next);
            found++;
        }
        for (int index = rank - 1; index >= 0; index--) {
            start[index] += chunks[index];
            if (start[index] < sizes[index]) break;
            start[index] = 0;
        }
    }
    return found == count ? 0 : -1;
}

static int put_scattered_chunks(
    sink *to, hid_t dataset, hid_t space, const hsize_t *sizes, const hsize_t *chunks, int rank, hsize_t count) {
    chunk *list = calloc(count, sizeof *list);
    if (!list) return -1;
    int status = 0;
    for (hsize_t index = 0; index < count && status >= 0; index++) {
        hsize_t start[H5S_MAX_RANK] = {0}, size = 0;
        unsigned mask = 0;
        haddr_t address = 0;
        status = H5Dget_chunk_info(dataset, space, index, start, &mask, &address, &size);
        if (status >= 0 && !locate(dataset, start, &list[index])) status = -1;
        for (int side = 0; side < rank; side++)
            if (start[side] >= sizes[side]) status = -1;
        list[index].place = place_of(start, sizes, chunks, rank);
    }
    qsort(list, count, sizeof *list, by_place);
    for (hsize_t index = 0; index < count && status >= 0; index++) put_chunk(to, &list[index]);
    free(list);
    return status;
}

static int put_chunks(sink *to, hid_t dataset, hid_t properties, hid_t space) {
    hsize_t chunks[H5S_MAX_RANK] = {0}, sizes[H5S_MAX_RANK] = {0};
    int rank = H5Pget_chunk(properties, H5S_MAX_RANK, chunks);
    if (rank < 0) return -1;
    if (rank == 0 || rank != H5Sget_simple_extent_ndims(space)
        || H5Sget_simple_extent_dims(space, sizes, NULL) < 0) {
        blame(SYNFIRE_READER_CORRUPT, "its chunks have another number of dimensions than it has");
        return -1;
    }
    hsize_t grid = 1;
    bool is_empty = false, overflows = false;
    for (int index = 0; index < rank; index++) {
        if (chunks[index] == 0) {
            blame(SYNFIRE_READER_CORRUPT, "its chunks have no size");
            return -1;
        }
        put_u64(to, chunks[index]);
        is_empty |= sizes[index] == 0;
        hsize_t side = sizes[index] / chunks[index] + (sizes[index] % chunks[index] != 0);
        overflows |= __builtin_mul_overflow(grid, side, &grid);
    }
    int filters = H5Pget_nfilters(properties);
    if (filters < 0) return -1;
    put_u32(to, (uint32_t)filters);
    for (unsigned index = 0; index < (unsigned)filters; index++) {
        unsigned flags = 0, values[8] = {0}, configuration = 0;
        size_t count = 8;
        H5Z_filter_t number = H5Pget_filter2(properties, index, &flags, &count, values, 0, NULL, &configuration);
        if (number < 0) return -1;
        put_u32(to, (uint32_t)number);
        put_u32(to, count > 0 ? values[0] : 0);
    }
    hsize_t count = 0;
    if (H5Dget_num_chunks(dataset, space, &count) < 0) return -1;
    if (is_empty) count = 0;
    put_u64(to, count);
    if (count == 0) return 0;
    bool is_dense = !overflows && grid / 4 <= count + 16384;
    if (!is_dense && (overflows || count > most_scattered)) {
        blame(SYNFIRE_READER_TOO_LARGE, "its chunks are spread too thinly over its shape");
        return -1;
    }
    int status = is_dense ? put_all_chunks(to, dataset, sizes, chunks, rank, grid, count)
                          : put_scattered_chunks(to, dataset, space, sizes, chunks, rank, count);
    if (status < 0) blame(SYNFIRE_READER_CORRUPT, "the list of its chunks is damaged");
    return status;
}

static int put_fill(sink *to, hid_t properties, const element *found) {
    H5D_fill_value_t state = H5D_FILL_VALUE_UNDEFINED;
    if (H5Pfill_value_defined(properties, &state) < 0) return -1;
    if (state != H5D_FILL_VALUE_USER_DEFINED) {
        put_u8(to, 0);
        return 0;
    }
    bool is_list = found->kind == SYNFIRE_TYPE_VARIABLE_TEXT || found->kind == SYNFIRE_TYPE_SEQUENCE;
    if (is_list || found->kind == SYNFIRE_TYPE_UNKNOWN || found->size > 65536) {
        put_u8(to, 2);
        return 0;
    }
    unsigned char *bytes = calloc(1, found->size);
    if (!bytes) return -1;
    int status = H5Pget_fill_value(properties, found->memory, bytes);
    if (status >= 0) {
        put_u8(to, 1);
        put_text(to, bytes, found->size);
    }
    free(bytes);
    return status;
}

static int put_compact(sink *to, hid_t dataset, const element *found, hsize_t count) {
    hsize_t stored = H5Dget_storage_size(dataset);
    if (found->kind == SYNFIRE_TYPE_UNKNOWN) count = 0;
    // libhdf5 copies as many bytes as the shape needs, whatever is there.
    if (count > stored / found->size) {
        blame(SYNFIRE_READER_CORRUPT, "its shape needs more bytes than are stored");
        return -1;
    }
    put_u8(to, SYNFIRE_LAYOUT_COMPACT);
    if (count == 0) {
        put_text(to, NULL, 0);
        return 0;
    }
    unsigned char *bytes = calloc(count, found->size);
    int status = bytes ? H5Dread(dataset, found->memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) : -1;
    if (status >= 0) put_text(to, bytes, count * found->size);
    free(bytes);
    return status;
}

static int put_layout(sink *to, hid_t dataset, hid_t properties, hid_t space, const element *found, hsize_t count) {
    switch (H5Pget_layout(properties)) {
    case H5D_COMPACT: return put_compact(to, dataset, found, count);
    case H5D_CONTIGUOUS:
        if (H5Pget_external_count(properties) != 0) {
            put_u8(to, SYNFIRE_LAYOUT_EXTERNAL);
            return 0;
        }
        put_u8(to, SYNFIRE_LAYOUT_CONTIGUOUS);
        put_u64(to, H5Dget_offset(dataset));
        put_u64(to, H5Dget_storage_size(dataset));
        return 0;
    case H5D_CHUNKED:
        put_u8(to, SYNFIRE_LAYOUT_CHUNKED);
        return put_chunks(to, dataset, properties, space);
    default:
        blame(SYNFIRE_READER_CORRUPT, "it has no kind of layout that exists");
        return -1;
    }
}

int put_dataset(sink *to, hid_t dataset) {
    hid_t type = H5Dget_type(dataset), properties = H5Dget_create_plist(dataset), space = -1;
    element found = {-1, 0, 0};
    hsize_t count = 0;
    int status = type < 0 || properties < 0 ? -1 : put_type(to, type, 0, &found);
    if (status >= 0 && H5Pget_layout(properties) == H5D_VIRTUAL) {
        // Nothing more: to ask for its shape would open the files that it is put together from.
        put_u8(to, SYNFIRE_SPACE_NULL);
        put_u8(to, 0);
        put_u8(to, SYNFIRE_LAYOUT_VIRTUAL);
    } else if (status >= 0) {
        space = H5Dget_space(dataset);
        status = space < 0 ? -1 : put_space(to, space, &count);
        if (status >= 0) status = put_fill(to, properties, &found);
        if (status >= 0) status = put_layout(to, dataset, properties, space, &found, count);
    }
    keep_words(status);
    if (found.memory >= 0) H5Tclose(found.memory);
    if (space >= 0) H5Sclose(space);
    if (properties >= 0) H5Pclose(properties);
    if (type >= 0) H5Tclose(type);
    return status;
}
