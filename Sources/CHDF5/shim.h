// What Swift cannot take from <hdf5.h> by itself.
//
// libhdf5's constants are comma expressions that first open the library, e.g. H5T_NATIVE_DOUBLE is
// (H5OPEN H5T_NATIVE_DOUBLE_g). Swift imports neither those nor macros with casts, so each one in use has an inline
// function here. Where a name means another function or structure from one release to the next (H5Oget_info,
// H5Literate, H5Fis_hdf5), the function here hides which. Written against 1.10, and 1.12 to 1.14.
#ifndef SYNFIRE_HDF5_SHIM_H
#define SYNFIRE_HDF5_SHIM_H

#include <hdf5.h>
#include <stdbool.h>
#include <string.h>

// Casts: not importable as constants.
static inline hid_t synfire_H5E_DEFAULT(void) { return H5E_DEFAULT; }
static inline hid_t synfire_H5P_DEFAULT(void) { return H5P_DEFAULT; }
static inline hid_t synfire_H5S_ALL(void) { return H5S_ALL; }
static inline hsize_t synfire_H5S_UNLIMITED(void) { return H5S_UNLIMITED; }
static inline haddr_t synfire_HADDR_UNDEF(void) { return HADDR_UNDEF; }
static inline size_t synfire_H5T_VARIABLE(void) { return H5T_VARIABLE; }

// Comma expressions: flags that check the library's version, then have a value.
static inline unsigned synfire_H5F_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
static inline unsigned synfire_H5F_ACC_EXCL(void) { return H5F_ACC_EXCL; }

// Comma expressions: identifiers that exist once the library has been opened.
static inline hid_t synfire_H5P_FILE_ACCESS(void) { return H5P_FILE_ACCESS; }
static inline hid_t synfire_H5P_LINK_CREATE(void) { return H5P_LINK_CREATE; }
static inline hid_t synfire_H5P_LINK_ACCESS(void) { return H5P_LINK_ACCESS; }
static inline hid_t synfire_H5P_DATASET_CREATE(void) { return H5P_DATASET_CREATE; }
static inline hid_t synfire_H5P_DATASET_ACCESS(void) { return H5P_DATASET_ACCESS; }
static inline hid_t synfire_H5P_DATASET_XFER(void) { return H5P_DATASET_XFER; }

static inline hid_t synfire_H5T_NATIVE_INT8(void) { return H5T_NATIVE_INT8; }
static inline hid_t synfire_H5T_NATIVE_INT16(void) { return H5T_NATIVE_INT16; }
static inline hid_t synfire_H5T_NATIVE_INT32(void) { return H5T_NATIVE_INT32; }
static inline hid_t synfire_H5T_NATIVE_INT64(void) { return H5T_NATIVE_INT64; }
static inline hid_t synfire_H5T_NATIVE_UINT8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t synfire_H5T_NATIVE_UINT16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t synfire_H5T_NATIVE_UINT32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t synfire_H5T_NATIVE_UINT64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t synfire_H5T_NATIVE_FLOAT(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t synfire_H5T_NATIVE_DOUBLE(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t synfire_H5T_C_S1(void) { return H5T_C_S1; }
static inline hid_t synfire_H5T_STD_REF_OBJ(void) { return H5T_STD_REF_OBJ; }

/// Turns off libhdf5's printing to standard error for the calling thread (thread-safe builds keep one setting each).
static inline void synfire_silence_errors(void) { (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// Whether the file starts (or goes on after a user block) with HDF5's signature. The function was renamed in 1.12.
static inline htri_t synfire_is_hdf5(const char *name) {
#if H5_VERSION_GE(1, 12, 0)
    return H5Fis_accessible(name, H5P_DEFAULT);
#else
    return H5Fis_hdf5(name);
#endif
}

/// Keeps the time of writing out of new objects. The flag's type, hbool_t, differs between builds.
static inline herr_t synfire_forget_times(hid_t creation) { return H5Pset_obj_track_times(creation, false); }

/// New files get the layout that every version reads; later ones would otherwise choose their own.
static inline herr_t synfire_use_oldest_layout(hid_t access) {
    return H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
}

// Objects.

enum { SYNFIRE_OBJECT_GROUP = 0, SYNFIRE_OBJECT_DATASET = 1, SYNFIRE_OBJECT_TYPE = 2, SYNFIRE_OBJECT_OTHER = 3 };

/// What an object is and a value that tells it from every other of its file: an address before 1.12, a token since.
typedef struct {
    unsigned char identity[16];
    int kind;
} synfire_object_info;

/// H5Oget_info has another structure and another number of parameters from 1.12 on.
static inline herr_t synfire_object_get_info(hid_t object, synfire_object_info *result) {
    memset(result, 0, sizeof *result);
#if H5_VERSION_GE(1, 12, 0)
    H5O_info2_t info;
    herr_t status = H5Oget_info3(object, &info, H5O_INFO_BASIC);
    if (status < 0) return status;
    memcpy(result->identity, &info.token, sizeof result->identity);
#else
    H5O_info_t info;
    herr_t status = H5Oget_info2(object, &info, H5O_INFO_BASIC);
    if (status < 0) return status;
    memcpy(result->identity, &info.addr, sizeof info.addr);
#endif
    result->kind = info.type == H5O_TYPE_GROUP            ? SYNFIRE_OBJECT_GROUP
                   : info.type == H5O_TYPE_DATASET        ? SYNFIRE_OBJECT_DATASET
                   : info.type == H5O_TYPE_NAMED_DATATYPE ? SYNFIRE_OBJECT_TYPE
                                                          : SYNFIRE_OBJECT_OTHER;
    return status;
}

// Links.

enum { SYNFIRE_LINK_HARD = 0, SYNFIRE_LINK_SOFT = 1, SYNFIRE_LINK_EXTERNAL = 2, SYNFIRE_LINK_OTHER = 3 };

/// H5L_info_t is a macro from 1.12 on.
static inline int synfire_link_kind_of(const H5L_info_t *info) {
    return info->type == H5L_TYPE_HARD       ? SYNFIRE_LINK_HARD
           : info->type == H5L_TYPE_SOFT     ? SYNFIRE_LINK_SOFT
           : info->type == H5L_TYPE_EXTERNAL ? SYNFIRE_LINK_EXTERNAL
                                             : SYNFIRE_LINK_OTHER;
}

/// The kind of one link, or a negative number.
static inline int synfire_link_kind(hid_t group, const char *name) {
    H5L_info_t info;
    return H5Lget_info(group, name, &info, H5P_DEFAULT) < 0 ? -1 : synfire_link_kind_of(&info);
}

/// Called once a link with its name, its kind and the pointer given; a result other than 0 ends the walk.
typedef int (*synfire_link_visitor)(const char *name, int kind, void *context);

typedef struct {
    synfire_link_visitor visit;
    void *context;
} synfire_link_walk;

static inline herr_t synfire_link_step(hid_t group, const char *name, const H5L_info_t *info, void *walk) {
    (void)group;
    synfire_link_walk *state = (synfire_link_walk *)walk;
    return state->visit(name, synfire_link_kind_of(info), state->context);
}

/// H5Literate is a macro from 1.12 on, and its callback takes another structure there.
static inline herr_t synfire_iterate_links(hid_t group, synfire_link_visitor visit, void *context) {
    synfire_link_walk walk = {visit, context};
    hsize_t position = 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, synfire_link_step, &walk);
}

/// A callback that libhdf5 asks before it opens the file of an external link: no.
static inline herr_t synfire_refuse_external_link(
    const char *parent, const char *parent_group, const char *file, const char *object, unsigned *flags, hid_t access,
    void *context) {
    (void)parent, (void)parent_group, (void)file, (void)object, (void)flags, (void)access, (void)context;
    return -1;
}

/// The callback's type has changed its spelling between releases, so it is set from here.
static inline herr_t synfire_refuse_external_links(hid_t access) {
    return H5Pset_elink_cb(access, synfire_refuse_external_link, NULL);
}

// Conversion.

/// A callback that libhdf5 asks when a number does not fit. Its own answer is to clip to the nearest integer that
/// fits, without a word: here an integer out of range ends the transfer. Floats overflow to infinity, as in IEEE 754.
static inline H5T_conv_ret_t synfire_stop_at_integer_overflow(
    H5T_conv_except_t problem, hid_t source, hid_t target, void *from, void *to, void *context) {
    (void)source, (void)from, (void)to;
    bool out_of_range = problem == H5T_CONV_EXCEPT_RANGE_HI || problem == H5T_CONV_EXCEPT_RANGE_LOW;
    if (out_of_range && H5Tget_class(target) == H5T_INTEGER) {
        *(bool *)context = true;
        return H5T_CONV_ABORT;
    }
    return H5T_CONV_UNHANDLED;
}

/// Sets `*found` and ends the transfer where an integer would not fit.
static inline herr_t synfire_watch_for_overflow(hid_t transfer, bool *found) {
    return H5Pset_type_conv_cb(transfer, synfire_stop_at_integer_overflow, found);
}

// References. H5R_OBJECT is a macro and H5Rcreate is deprecated from 1.12 on, but it is what other tools still read.

static inline herr_t synfire_create_reference(hid_t location, const char *path, hobj_ref_t *result) {
    return H5Rcreate(result, location, path, H5R_OBJECT, -1);
}

static inline hid_t synfire_dereference(hid_t location, const hobj_ref_t *reference, hid_t access) {
    return H5Rdereference2(location, access, H5R_OBJECT, reference);
}

#endif
