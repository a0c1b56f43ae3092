#include "synfire_hdf5_driver.h"

#include <hdf5.h>
#include <string.h>

static const char tag[] = "synfire list";

/// A conversion of lists into bytes that leaves them as they are.
static herr_t keep(
    hid_t source, hid_t target, H5T_cdata_t *state, size_t count, size_t stride, size_t background_stride,
    void *buffer, void *background, hid_t transfer) {
    (void)count, (void)stride, (void)background_stride, (void)buffer, (void)background, (void)transfer;
    if (state->command != H5T_CONV_INIT) return 0;
    state->need_bkg = H5T_BKG_NO;
    // Only for our own type: nobody else's conversion of lists into bytes is to change.
    char *name = H5Tget_tag(target);
    int is_ours = name && strcmp(name, tag) == 0 && H5Tget_size(source) == H5Tget_size(target);
    H5free_memory(name);
    return is_ours ? 0 : -1;
}

int64_t synfire_lists_type(size_t size) {
    static int is_registered = 0;
    hid_t target = H5Tcreate(H5T_OPAQUE, size);
    if (target < 0 || H5Tset_tag(target, tag) < 0) return -1;
    if (!is_registered) {
        hid_t list = H5Tvlen_create(H5T_NATIVE_UCHAR);
        if (list < 0 || H5Tregister(H5T_PERS_SOFT, tag, list, target, keep) < 0) return -1;
        H5Tclose(list);
        is_registered = 1;
    }
    return target;
}
