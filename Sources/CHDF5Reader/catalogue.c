#include "catalogue.h"
#include "synfire_hdf5_reader.h"

#include "../CHDF5/shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Bytes.

void flush_sink(sink *to) {
    for (size_t done = 0; done < to->count;) {
        ssize_t count = write(to->output, to->bytes + done, to->count - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) _exit(2);
        done += (size_t)count;
    }
    to->count = 0;
}

void put_bytes(sink *to, const void *bytes, size_t size) {
    if (size == 0) return;
    if (to->capacity - to->count < size) {
        size_t capacity = to->capacity + to->capacity / 2 + size + 4096;
        to->bytes = realloc(to->bytes, capacity);
        if (!to->bytes) _exit(2);
        to->capacity = capacity;
    }
    memcpy(to->bytes + to->count, bytes, size);
    to->count += size;
}

void put_u8(sink *to, unsigned value) {
    uint8_t byte = (uint8_t)value;
    put_bytes(to, &byte, sizeof byte);
}

void put_u16(sink *to, unsigned value) {
    uint16_t number = (uint16_t)value;
    put_bytes(to, &number, sizeof number);
}

void put_u32(sink *to, uint32_t value) { put_bytes(to, &value, sizeof value); }

void put_u64(sink *to, uint64_t value) { put_bytes(to, &value, sizeof value); }

void put_text(sink *to, const void *bytes, size_t size) {
    put_u64(to, size);
    put_bytes(to, bytes, size);
}

// Failures.

static struct {
    int code;
    const char *reason;
} blamed = {SYNFIRE_READER_CORRUPT, NULL};

void blame(int code, const char *reason) {
    blamed.code = code;
    blamed.reason = reason;
}

/// What libhdf5 said of the latest failure: it forgets at the next call.
static struct {
    char function[80], message[200];
} frames[8];
static uint32_t frame_count = 0;

static herr_t collect_frame(unsigned depth, const H5E_error2_t *error, void *context) {
    (void)depth, (void)context;
    if (frame_count == sizeof frames / sizeof *frames) return 0;
    const char *function = error->func_name ? error->func_name : "?", *message = error->desc ? error->desc : "";
    snprintf(frames[frame_count].function, sizeof frames[0].function, "%s", function);
    snprintf(frames[frame_count].message, sizeof frames[0].message, "%s", message);
    frame_count++;
    return 0;
}

int keep_words(int status) {
    if (status < 0 && frame_count == 0) (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect_frame, NULL);
    return status;
}

void put_failure(sink *to, size_t mark, int code, const char *reason) {
    if (!reason) keep_words(-1);
    to->count = mark;
    put_u8(to, 0);
    put_u8(to, (unsigned)code);
    put_text(to, reason, reason ? strlen(reason) : 0);
    put_u32(to, reason ? 0 : frame_count);
    for (uint32_t index = 0; index < frame_count && !reason; index++) {
        put_text(to, frames[index].function, strlen(frames[index].function));
        put_text(to, frames[index].message, strlen(frames[index].message));
    }
    frame_count = 0;
    (void)H5Eclear2(H5E_DEFAULT);
}

void put_blamed_failure(sink *to, size_t mark) {
    put_failure(to, mark, blamed.code, blamed.reason);
    blame(SYNFIRE_READER_CORRUPT, NULL);
}

// Objects, in the order in which they are met.

typedef struct {
    unsigned char identity[16];
    int kind;
    /// Where a link leads to nothing that can be opened: what libhdf5 says.
    unsigned char *failure;
    size_t failure_size;
} object;

static object *objects = NULL;
static uint32_t object_count = 0, object_capacity = 0;
/// Indices plus 1 by identity, at the first free place from the identity's own; twice as many places as objects.
static uint32_t *places = NULL;

/// Far more than any file of the field has.
static const uint32_t most_objects = 500000;

static uint32_t *place_for(const unsigned char *identity, uint32_t place_count) {
    uint64_t hash;
    memcpy(&hash, identity, sizeof hash);
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    uint32_t place = (uint32_t)(hash >> 32) & (place_count - 1);
    while (places[place] && memcmp(objects[places[place] - 1].identity, identity, 16) != 0)
        place = (place + 1) & (place_count - 1);
    return &places[place];
}

/// Room for one more, or negative.
static int grow(void) {
    if (object_count < object_capacity) return 0;
    if (object_count >= most_objects) return -1;
    object_capacity = object_capacity ? object_capacity * 2 : 256;
    objects = realloc(objects, object_capacity * sizeof *objects);
    free(places);
    places = calloc((size_t)object_capacity * 2, sizeof *places);
    if (!objects || !places) _exit(2);
    for (uint32_t index = 0; index < object_count; index++)
        if (!objects[index].failure) *place_for(objects[index].identity, object_capacity * 2) = index + 1;
    return 0;
}

/// The index of what a link leads to; negative if there are too many objects.
static int64_t index_of(hid_t group, const char *name) {
    if (grow() < 0) return -1;
    synfire_object_info info;
    hid_t found = H5Oopen(group, name, H5P_DEFAULT);
    int status = found < 0 ? -1 : synfire_object_get_info(found, &info);
    if (status >= 0) {
        uint32_t *place = place_for(info.identity, object_capacity * 2);
        if (!*place) {
            object *next = &objects[object_count];
            memset(next, 0, sizeof *next);
            memcpy(next->identity, info.identity, sizeof next->identity);
            next->kind = info.kind;
            *place = ++object_count;
        }
        H5Oclose(found);
        return *place - 1;
    }
    sink failure = {NULL, 0, 0, -1};
    put_failure(&failure, 0, SYNFIRE_READER_CORRUPT, NULL);
    if (found >= 0) H5Oclose(found);
    objects[object_count] = (object){{0}, SYNFIRE_OBJECT_OTHER, failure.bytes, failure.count};
    return object_count++;
}

typedef struct {
    char *name;
    int kind;
} link_entry;

typedef struct {
    link_entry *links;
    uint32_t count;
} link_list;

static int collect_link(const char *name, int kind, void *context) {
    link_list *list = context;
    if ((list->count & (list->count + 1)) == 0) {
        link_entry *links = realloc(list->links, (list->count + 1) * 2 * sizeof *links);
        if (!links) return -1;
        list->links = links;
    }
    char *copy = strdup(name);
    if (!copy) return -1;
    list->links[list->count++] = (link_entry){copy, kind};
    return 0;
}

static int put_soft_target(sink *to, hid_t group, const char *name) {
    H5L_info_t info;
    if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
    size_t size = info.u.val_size;
    char *target = size < (1 << 20) ? calloc(1, size + 1) : NULL;
    if (!target) return -1;
    int status = keep_words(H5Lget_val(group, name, target, size, H5P_DEFAULT));
    if (status >= 0) put_text(to, target, strlen(target));
    free(target);
    return status;
}

static int put_group(sink *to, hid_t group) {
    link_list list = {NULL, 0};
    // As for attributes: listing crashes where one is damaged, looking for one that does not exist reports it.
    int status = H5Lexists(group, "\1", H5P_DEFAULT) < 0 ? -1 : synfire_iterate_links(group, collect_link, &list);
    if (status >= 0) put_u32(to, list.count);
    for (uint32_t index = 0; index < list.count && status >= 0; index++) {
        link_entry *next = &list.links[index];
        put_text(to, next->name, strlen(next->name));
        put_u8(to, (unsigned)next->kind);
        if (next->kind == SYNFIRE_LINK_HARD) {
            int64_t target = index_of(group, next->name);
            if (target < 0) {
                blame(SYNFIRE_READER_TOO_LARGE, "the file has more than 500000 groups and datasets");
                status = -1;
            } else {
                put_u32(to, (uint32_t)target);
            }
        } else if (next->kind == SYNFIRE_LINK_SOFT) {
            status = put_soft_target(to, group, next->name);
        }
    }
    keep_words(status);
    for (uint32_t index = 0; index < list.count; index++) free(list.links[index].name);
    free(list.links);
    return status;
}

static hid_t open_object(hid_t file, const object *wanted) {
#if H5_VERSION_GE(1, 12, 0)
    H5O_token_t token;
    memcpy(&token, wanted->identity, sizeof token);
    return H5Oopen_by_token(file, token);
#else
    haddr_t address;
    memcpy(&address, wanted->identity, sizeof address);
    return H5Oopen_by_addr(file, address);
#endif
}

static void put_object(sink *to, hid_t file, uint32_t index) {
    // By value: the list of objects grows while a group is read.
    object next = objects[index];
    put_u8(to, 'O');
    put_bytes(to, next.identity, sizeof next.identity);
    bool is_group = next.kind == SYNFIRE_OBJECT_GROUP, is_dataset = next.kind == SYNFIRE_OBJECT_DATASET;
    put_u8(to, is_group ? SYNFIRE_READER_GROUP : is_dataset ? SYNFIRE_READER_DATASET : SYNFIRE_READER_OTHER);
    if (next.failure) {
        put_bytes(to, next.failure, next.failure_size);
        return;
    }
    size_t mark = to->count;
    hid_t found = index == 0 ? H5Gopen2(file, "/", H5P_DEFAULT) : open_object(file, &next);
    int status = found < 0 ? -1 : 0;
    if (status >= 0) {
        put_u8(to, 1);
        status = put_attributes(to, found);
    }
    if (status >= 0 && is_group) status = put_group(to, found);
    if (status >= 0 && is_dataset) status = put_dataset(to, found);
    if (status < 0) put_blamed_failure(to, mark);
    if (found >= 0) H5Oclose(found);
}

static int put_file(sink *to, hid_t file) {
    size_t length_size = 0;
    hsize_t user_block = 0;
    hid_t properties = H5Fget_create_plist(file);
    if (properties < 0 || H5Pget_sizes(properties, &address_size, &length_size) < 0
        || H5Pget_userblock(properties, &user_block) < 0)
        return -1;
    H5Pclose(properties);
    put_u8(to, 'H');
    put_u8(to, (unsigned)address_size);
    put_u8(to, (unsigned)length_size);
    put_u64(to, user_block);
    int64_t root = index_of(file, "/");
    for (uint32_t index = 0; index < object_count; index++) {
        put_object(to, file, index);
        if (to->count > 65536) flush_sink(to);
    }
    put_u8(to, 'E');
    return root < 0 ? -1 : 0;
}

void synfire_catalogue_write(int descriptor, const void *image, uint64_t size, int output) {
    sink to = {NULL, 0, 0, output};
    synfire_silence_errors();
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), driver = reading_driver(descriptor, image, size);
    hid_t file = -1;
    if (access >= 0 && driver >= 0 && H5Pset_driver(access, driver, NULL) >= 0)
        file = H5Fopen("file", H5F_ACC_RDONLY, access);
    if (file < 0 || put_file(&to, file) < 0) put_failure(&to, 0, SYNFIRE_READER_CORRUPT, NULL);
    flush_sink(&to);
}
