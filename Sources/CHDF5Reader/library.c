#include "synfire_hdf5_reader.h"

#include <hdf5.h>
#include <stdbool.h>

void synfire_reader_prepare_library(void) {
    // libhdf5 closes all at exit, in rounds, and prints a complaint if something is still in use then. There is nothing
    // to close: files that are to be kept are closed by whoever wrote them.
    (void)H5dont_atexit();
    (void)H5PLset_loading_state(0);
}

int64_t synfire_reader_integer(int size, int is_signed, int is_big_endian, int precision, int offset) {
    hid_t type = H5Tcopy(is_signed ? H5T_STD_I64LE : H5T_STD_U64LE);
    if (type < 0) return -1;
    if (H5Tset_precision(type, (size_t)precision) < 0 || H5Tset_offset(type, (size_t)offset) < 0
        || H5Tset_size(type, (size_t)size) < 0
        || H5Tset_order(type, is_big_endian ? H5T_ORDER_BE : H5T_ORDER_LE) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

int64_t synfire_reader_float(int layout, int is_big_endian) {
    if (layout == SYNFIRE_FLOAT_DOUBLE) return H5Tcopy(is_big_endian ? H5T_IEEE_F64BE : H5T_IEEE_F64LE);
    hid_t type = H5Tcopy(is_big_endian ? H5T_IEEE_F32BE : H5T_IEEE_F32LE);
    if (type < 0 || layout == SYNFIRE_FLOAT_SINGLE) return type;
    bool is_half = layout == SYNFIRE_FLOAT_HALF;
    if (H5Tset_fields(type, 15, is_half ? 10 : 7, is_half ? 5 : 8, 0, is_half ? 10 : 7) < 0
        || H5Tset_size(type, 2) < 0 || H5Tset_ebias(type, is_half ? 15 : 127) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

int64_t synfire_reader_opaque(size_t size) { return H5Tcreate(H5T_OPAQUE, size); }

int64_t synfire_reader_stand_in_dataset(int64_t group, const char *name) {
    hid_t space = H5Screate(H5S_NULL);
    hid_t dataset =
        H5Dcreate2((hid_t)group, name, H5T_STD_I8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Sclose(space);
    return dataset;
}

int64_t synfire_reader_stand_in_type(int64_t group, const char *name) {
    hid_t type = H5Tcopy(H5T_STD_I8LE);
    if (type >= 0 && H5Tcommit2((hid_t)group, name, type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}
