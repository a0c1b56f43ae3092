#include "catalogue.h"
#include "synfire_hdf5_driver.h"
#include "synfire_hdf5_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t address_size = 8;

/// Attributes and fill values beyond this are refused.
static const size_t largest_value = (size_t)256 << 20;

static void put_name(sink *to, const char *text) { put_text(to, text, strlen(text)); }

static int put_unknown(sink *to, const char *what, size_t size) {
    char text[80];
    snprintf(text, sizeof text, "%s of %zu bytes", what, size);
    put_u8(to, SYNFIRE_TYPE_UNKNOWN);
    put_name(to, text);
    return 0;
}

/// Whether the bits of a number lie inside it, and in one of the two orders.
static bool is_ordinary(hid_t type, size_t size, size_t *precision, size_t *offset, bool *is_big_endian) {
    int order = H5Tget_order(type), start = H5Tget_offset(type);
    *precision = H5Tget_precision(type);
    if (start < 0 || (order != H5T_ORDER_LE && order != H5T_ORDER_BE)) return false;
    *offset = (size_t)start;
    *is_big_endian = order == H5T_ORDER_BE;
    return *precision > 0 && *precision <= size * 8 && *offset <= size * 8 - *precision;
}

static int put_integer(sink *to, hid_t type, size_t size) {
    size_t precision = 0, offset = 0;
    bool is_big_endian = false;
    if (size > 8 || !is_ordinary(type, size, &precision, &offset, &is_big_endian))
        return put_unknown(to, "an unusual integer", size);
    put_u8(to, SYNFIRE_TYPE_INTEGER);
    put_u8(to, (unsigned)size);
    put_u8(to, H5Tget_sign(type) == H5T_SGN_2);
    put_u8(to, is_big_endian);
    put_u16(to, (unsigned)precision);
    put_u16(to, (unsigned)offset);
    return 0;
}

static int put_float(sink *to, hid_t type, size_t size) {
    static const struct {
        size_t size, sign, exponent, exponent_size, mantissa_size, bias;
    } layouts[] = {{2, 15, 10, 5, 10, 15}, {2, 15, 7, 8, 7, 127}, {4, 31, 23, 8, 23, 127}, {8, 63, 52, 11, 52, 1023}};
    size_t precision = 0, offset = 0, sign = 0, exponent = 0, exponent_size = 0, mantissa = 0, mantissa_size = 0;
    bool is_big_endian = false;
    if (is_ordinary(type, size, &precision, &offset, &is_big_endian) && precision == size * 8
        && H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size) >= 0
        && H5Tget_norm(type) == H5T_NORM_IMPLIED && mantissa == 0) {
        for (unsigned index = 0; index < sizeof layouts / sizeof *layouts; index++) {
            if (size != layouts[index].size || sign != layouts[index].sign || exponent != layouts[index].exponent
                || exponent_size != layouts[index].exponent_size || mantissa_size != layouts[index].mantissa_size
                || H5Tget_ebias(type) != layouts[index].bias)
                continue;
            put_u8(to, SYNFIRE_TYPE_FLOAT);
            put_u8(to, index);
            put_u8(to, is_big_endian);
            return 0;
        }
    }
    return put_unknown(to, "an unusual float", size);
}

static int put_enumeration(sink *to, hid_t type, size_t size) {
    hid_t base = H5Tget_super(type);
    if (base < 0) return -1;
    size_t mark = to->count, base_size = H5Tget_size(base);
    int count = H5Tget_nmembers(type), status = -1;
    if (H5Tget_class(base) != H5T_INTEGER || base_size > 8) {
        blame(SYNFIRE_READER_UNSUPPORTED, "it is an enumeration over something else than integers");
    } else if (base_size != size) {
        // libhdf5 takes the enumeration's own size when it copies a member's value.
        blame(SYNFIRE_READER_CORRUPT, "it is an enumeration that has another size than the integers it stands on");
    } else if (count >= 0) {
        put_u8(to, SYNFIRE_TYPE_ENUMERATION);
        status = put_integer(to, base, base_size);
        if (to->bytes[mark + 1] != SYNFIRE_TYPE_INTEGER) {
            blame(SYNFIRE_READER_UNSUPPORTED, "it is an enumeration over unusual integers");
            status = -1;
        }
        put_u32(to, (uint32_t)count);
        for (int index = 0; index < count && status >= 0; index++) {
            unsigned char value[16] = {0};
            char *name = H5Tget_member_name(type, (unsigned)index);
            if (!name || H5Tget_member_value(type, (unsigned)index, value) < 0) status = -1;
            if (name) put_name(to, name);
            put_text(to, value, size);
            H5free_memory(name);
        }
    }
    keep_words(status);
    H5Tclose(base);
    return status;
}

/// Fetches elements as they are in the file.
static hid_t as_it_is(hid_t type, int kind, size_t size) {
    bool is_list = kind == SYNFIRE_TYPE_VARIABLE_TEXT || kind == SYNFIRE_TYPE_SEQUENCE;
    if (is_list) return synfire_lists_type(size);
    return kind == SYNFIRE_TYPE_REFERENCE ? H5Tcopy(H5T_STD_REF_OBJ) : H5Tcopy(type);
}

int put_type(sink *to, hid_t type, int depth, element *found) {
    H5T_class_t class = H5Tget_class(type);
    size_t size = H5Tget_size(type), mark = to->count;
    if (class == H5T_NO_CLASS) return -1;
    if (size == 0) {
        blame(SYNFIRE_READER_CORRUPT, "an element of it would have no bytes");
        return -1;
    }
    int status = 0;
    switch (class) {
    case H5T_INTEGER: status = put_integer(to, type, size); break;
    case H5T_FLOAT: status = put_float(to, type, size); break;
    case H5T_ENUM: status = put_enumeration(to, type, size); break;
    case H5T_STRING: {
        htri_t is_variable = H5Tis_variable_str(type);
        H5T_str_t padding = H5Tget_strpad(type);
        if (is_variable < 0) return -1;
        put_u8(to, is_variable ? SYNFIRE_TYPE_VARIABLE_TEXT : SYNFIRE_TYPE_FIXED_TEXT);
        if (is_variable) size = 8 + address_size;
        else {
            put_u64(to, size);
            put_u8(to, padding == H5T_STR_NULLPAD ? 1 : padding == H5T_STR_SPACEPAD ? 2 : 0);
        }
        put_u8(to, H5Tget_cset(type) == H5T_CSET_UTF8);
        break;
    }
    case H5T_REFERENCE:
        if (H5Tequal(type, H5T_STD_REF_OBJ) > 0) put_u8(to, SYNFIRE_TYPE_REFERENCE);
        else status = put_unknown(to, "a reference", size);
        break;
    case H5T_VLEN: {
        if (depth >= 4) {
            blame(SYNFIRE_READER_UNSUPPORTED, "it is nested too deep");
            return -1;
        }
        hid_t base = H5Tget_super(type);
        if (base < 0) return -1;
        put_u8(to, SYNFIRE_TYPE_SEQUENCE);
        status = keep_words(put_type(to, base, depth + 1, NULL));
        H5Tclose(base);
        size = 8 + address_size;
        break;
    }
    case H5T_COMPOUND: status = put_unknown(to, "compound", size); break;
    case H5T_ARRAY: status = put_unknown(to, "array", size); break;
    case H5T_OPAQUE: status = put_unknown(to, "opaque", size); break;
    case H5T_BITFIELD: status = put_unknown(to, "bit field", size); break;
    case H5T_TIME: status = put_unknown(to, "time", size); break;
    default:
        blame(SYNFIRE_READER_CORRUPT, "it has no known class");
        return -1;
    }
    if (status < 0 || !found) return status;
    found->kind = to->bytes[mark];
    found->size = size;
    found->memory = as_it_is(type, found->kind, size);
    return found->memory < 0 ? -1 : 0;
}

int put_space(sink *to, hid_t space, hsize_t *count) {
    hsize_t sizes[H5S_MAX_RANK], largest[H5S_MAX_RANK];
    switch (H5Sget_simple_extent_type(space)) {
    case H5S_NULL:
        put_u8(to, SYNFIRE_SPACE_NULL);
        *count = 0;
        return 0;
    case H5S_SCALAR:
        put_u8(to, SYNFIRE_SPACE_SCALAR);
        *count = 1;
        return 0;
    case H5S_SIMPLE: break;
    default:
        blame(SYNFIRE_READER_CORRUPT, "it has no kind of shape that exists");
        return -1;
    }
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0 || rank > H5S_MAX_RANK || H5Sget_simple_extent_dims(space, sizes, largest) < 0) return -1;
    put_u8(to, SYNFIRE_SPACE_SIMPLE);
    put_u8(to, (unsigned)rank);
    *count = 1;
    bool is_empty = false, overflows = false;
    for (int index = 0; index < rank; index++) {
        is_empty |= sizes[index] == 0;
        overflows |= __builtin_mul_overflow(*count, sizes[index], count);
    }
    if (is_empty || overflows) *count = is_empty ? 0 : UINT64_MAX;
    for (int index = 0; index < rank; index++) put_u64(to, sizes[index]);
    for (int index = 0; index < rank; index++) put_u64(to, largest[index]);
    return 0;
}

static int put_attribute(sink *to, hid_t attribute) {
    hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    element found = {-1, 0, 0};
    hsize_t count = 0;
    int status = type < 0 || space < 0 ? -1 : put_type(to, type, 0, &found);
    if (status >= 0) status = put_space(to, space, &count);
    if (status >= 0 && found.kind == SYNFIRE_TYPE_UNKNOWN) count = 0;
    if (status >= 0 && count > 0) {
        if (count > largest_value / found.size) {
            blame(SYNFIRE_READER_TOO_LARGE, "it has more than 268435456 bytes");
            status = -1;
        } else {
            unsigned char *bytes = calloc(count, found.size);
            status = bytes ? H5Aread(attribute, found.memory, bytes) : -1;
            if (status >= 0) put_text(to, bytes, count * found.size);
            free(bytes);
        }
    } else if (status >= 0) {
        put_text(to, NULL, 0);
    }
    keep_words(status);
    if (found.memory >= 0) H5Tclose(found.memory);
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return status;
}

typedef struct {
    char **names;
    uint32_t count;
} name_list;

static herr_t collect(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)object, (void)info;
    name_list *list = context;
    if ((list->count & (list->count + 1)) == 0) {
        char **names = realloc(list->names, (list->count + 1) * 2 * sizeof *names);
        if (!names) return -1;
        list->names = names;
    }
    char *copy = strdup(name);
    if (!copy) return -1;
    list->names[list->count++] = copy;
    return 0;
}

int put_attributes(sink *to, hid_t object) {
    size_t mark = to->count;
    name_list list = {NULL, 0};
    // libhdf5 1.10 crashes in listing attributes of which one is damaged. Looking for one that does not exist decodes
    // all of them and reports that as an error.
    if (H5Aexists(object, "\1") < 0 || H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, collect, &list) < 0) {
        put_failure(to, mark, SYNFIRE_READER_CORRUPT, NULL);
    } else {
        put_u8(to, 1);
        put_u32(to, list.count);
        for (uint32_t index = 0; index < list.count; index++) {
            put_name(to, list.names[index]);
            size_t start = to->count;
            put_u8(to, 1);
            hid_t attribute = H5Aopen(object, list.names[index], H5P_DEFAULT);
            if (attribute < 0 || put_attribute(to, attribute) < 0) put_blamed_failure(to, start);
            if (attribute >= 0) H5Aclose(attribute);
        }
    }
    for (uint32_t index = 0; index < list.count; index++) free(list.names[index]);
    free(list.names);
    return 0;
}
