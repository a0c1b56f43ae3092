#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "synfire_hdf5_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage.h"

/// What a file access property list carries.
typedef struct {
    bool is_in_memory;
    /// What a file in memory starts with, or null.
    const void *image;
    size_t size;
} driver_settings;

typedef struct {
    /// libhdf5's own part; must be first.
    H5FD_t common;
    /// -1 for a file in memory.
    int descriptor;
    bool is_writable;
    unsigned char *memory;
    size_t capacity;
    /// The end of what libhdf5 has given out, and of what it believes to be written.
    haddr_t end_of_addresses;
    haddr_t end_of_file;
    dev_t device;
    ino_t inode;
    /// The first error number, or 0.
    int failure;
    /// Of a file that is being written: what is on disc.
    storage storage;
} driver_file;

static int unreported = 0;

static void note(driver_file *file, int number) {
    if (file->failure == 0) file->failure = number == 0 ? EIO : number;
    unreported = file->failure;
}

static bool is_in_memory(const driver_file *file) { return file->descriptor < 0; }

/// Makes room for `size` bytes in memory.
static bool reserve(driver_file *file, size_t size) {
    if (size <= file->capacity) return true;
    size_t capacity = file->capacity + file->capacity / 2;
    if (capacity < size) capacity = size;
    if (capacity < 65536) capacity = 65536;
    unsigned char *memory = realloc(file->memory, capacity);
    if (!memory) return false;
    memset(memory + file->capacity, 0, capacity - file->capacity);
    file->memory = memory;
    file->capacity = capacity;
    return true;
}

static H5FD_t *open_memory(const driver_settings *settings, unsigned flags) {
    // libhdf5 first tries whether a file that it is to create exists.
    if (!settings->image && !(flags & H5F_ACC_CREAT)) return NULL;
    driver_file *file = calloc(1, sizeof *file);
    if (!file) return NULL;
    file->descriptor = -1;
    file->is_writable = flags & H5F_ACC_RDWR;
    if (settings->image) {
        if (!reserve(file, settings->size)) {
            free(file);
            return NULL;
        }
        memcpy(file->memory, settings->image, settings->size);
        file->end_of_file = settings->size;
    }
    return &file->common;
}

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t largest) {
    (void)largest;
    const driver_settings *settings = H5Pget_driver_info(access);
    if (!settings) return NULL;
    if (settings->is_in_memory) return open_memory(settings, flags);
    // Files of ours are new ones, or only read.
    bool is_writable = flags & H5F_ACC_CREAT;
    if ((flags & H5F_ACC_RDWR) && !is_writable) return NULL;
    storage storage;
    int descriptor = is_writable ? storage_create(&storage, name) : open(name, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) < 0) {
        // libhdf5 first tries whether the file exists: that it does not is no failure.
        if (is_writable) unreported = errno;
        if (descriptor >= 0) close(descriptor);
        return NULL;
    }
    driver_file *file = calloc(1, sizeof *file);
    if (!file) {
        close(descriptor);
        return NULL;
    }
    file->descriptor = descriptor;
    file->is_writable = is_writable;
    if (is_writable) file->storage = storage;
    file->end_of_file = (haddr_t)status.st_size;
    file->device = status.st_dev;
    file->inode = status.st_ino;
    return &file->common;
}

static herr_t driver_close(H5FD_t *common) {
    driver_file *file = (driver_file *)common;
    if (!is_in_memory(file) && file->is_writable) {
        int number = file->failure ? 0 : storage_finish(&file->storage, file->end_of_addresses);
        if (number) note(file, number);
        storage_clear(&file->storage);
    }
    // A process that was forked meanwhile has the descriptor, and the lock with it, until it ends.
    if (!is_in_memory(file)) (void)flock(file->descriptor, LOCK_UN);
    if (!is_in_memory(file) && close(file->descriptor) < 0) note(file, errno);
    if (file->failure) unreported = file->failure;
    free(file->memory);
    free(file);
    return 0;
}

/// libhdf5 takes two files that compare equal for the same one.
static int driver_compare(const H5FD_t *left, const H5FD_t *right) {
    const driver_file *a = (const driver_file *)left, *b = (const driver_file *)right;
    if (is_in_memory(a) || is_in_memory(b)) return a == b ? 0 : a < b ? -1 : 1;
    if (a->device != b->device) return a->device < b->device ? -1 : 1;
    if (a->inode != b->inode) return a->inode < b->inode ? -1 : 1;
    return 0;
}

static herr_t driver_get_handle(H5FD_t *common, hid_t access, void **handle) {
    (void)access;
    *handle = common;
    return 0;
}

/// Refuses a file that another process is writing, where the file system knows. A new file is locked from its beginning
/// until it is closed.
static herr_t driver_lock(H5FD_t *common, hbool_t exclusive) {
    driver_file *file = (driver_file *)common;
    if (is_in_memory(file) || file->is_writable) return 0;
    int status = flock(file->descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
    return status < 0 && errno == EWOULDBLOCK ? -1 : 0;
}

static herr_t driver_unlock(H5FD_t *common) {
    driver_file *file = (driver_file *)common;
    if (!is_in_memory(file) && !file->is_writable) (void)flock(file->descriptor, LOCK_UN);
    return 0;
}

static herr_t driver_query(const H5FD_t *common, unsigned long *flags) {
    (void)common;
    if (flags) *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t driver_get_eoa(const H5FD_t *common, H5FD_mem_t type) {
    (void)type;
    return ((const driver_file *)common)->end_of_addresses;
}

static herr_t driver_set_eoa(H5FD_t *common, H5FD_mem_t type, haddr_t address) {
    (void)type;
    ((driver_file *)common)->end_of_addresses = address;
    return 0;
}

static haddr_t driver_get_eof(const H5FD_t *common, H5FD_mem_t type) {
    (void)type;
    return ((const driver_file *)common)->end_of_file;
}

static herr_t driver_read(
    H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer) {
    (void)type, (void)transfer;
    driver_file *file = (driver_file *)common;
    unsigned char *target = buffer;
    size_t done = 0;
    if (is_in_memory(file) && address < file->end_of_file) {
        haddr_t available = file->end_of_file - address;
        done = size < available ? size : (size_t)available;
        memcpy(target, file->memory + address, done);
    }
    while (done < size && !is_in_memory(file)) {
        ssize_t count = pread(file->descriptor, target + done, size - done, (off_t)(address + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        if (count == 0) break;
        done += (size_t)count;
    }
    // What lies beyond the end has not been written yet.
    memset(target + done, 0, size - done);
    if (file->is_writable) (void)extents_read(&file->storage.metadata, address, size, buffer);
    return 0;
}

static herr_t driver_write(
    H5FD_t *common, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, const void *buffer) {
    (void)transfer;
    driver_file *file = (driver_file *)common;
    if (is_in_memory(file)) {
        if (reserve(file, address + size))
            memcpy(file->memory + address, buffer, size);
        else
            note(file, ENOMEM);
    } else if (type != H5FD_MEM_DRAW) {
        // May be read back: without memory for it the library cannot go on.
        if (!extents_put(&file->storage.metadata, address, size, buffer)) return -1;
    } else if (file->failure == 0) {
        int number = storage_write_values(&file->storage, file->end_of_addresses, address, size, buffer);
        if (number) note(file, number);
    }
    if (file->failure) unreported = file->failure;
    if (address + size > file->end_of_file) file->end_of_file = address + size;
    return 0;
}

static herr_t driver_flush(H5FD_t *common, hid_t transfer, hbool_t closing) {
    (void)transfer, (void)closing;
    driver_file *file = (driver_file *)common;
    if (file->failure) unreported = file->failure;
    return 0;
}

/// Makes the file as long as libhdf5 has given addresses out: of a file on disc when it is closed.
static herr_t driver_truncate(H5FD_t *common, hid_t transfer, hbool_t closing) {
    (void)transfer, (void)closing;
    driver_file *file = (driver_file *)common;
    if (file->end_of_addresses == file->end_of_file) return 0;
    if (is_in_memory(file) && !reserve(file, file->end_of_addresses)) note(file, ENOMEM);
    file->end_of_file = file->end_of_addresses;
    return 0;
}

static const H5FD_class_t driver_class = {
#ifdef H5FD_CLASS_VERSION
    // Both members came with 1.14. Numbers from 256 on are free for drivers that are not registered with the makers.
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)351,
#endif
    .name = "synfire",
    .maxaddr = ((haddr_t)1 << 62),
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(driver_settings),
    .open = driver_open,
    .close = driver_close,
    .cmp = driver_compare,
    .query = driver_query,
    .get_eoa = driver_get_eoa,
    .set_eoa = driver_set_eoa,
    .get_eof = driver_get_eof,
    .get_handle = driver_get_handle,
    .read = driver_read,
    .write = driver_write,
    .flush = driver_flush,
    .truncate = driver_truncate,
    .lock = driver_lock,
    .unlock = driver_unlock,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

static int use(hid_t access, const driver_settings *settings) {
    static hid_t driver = -1;
    if (driver < 0 || H5Iis_valid(driver) <= 0) driver = H5FDregister(&driver_class);
    if (driver < 0) return -1;
    return H5Pset_driver(access, driver, settings) < 0 ? -1 : 0;
}

int synfire_driver_use(int64_t access) {
    driver_settings settings = {false, NULL, 0};
    return use((hid_t)access, &settings);
}

int synfire_driver_use_memory(int64_t access, const void *image, size_t size) {
    driver_settings settings = {true, image, size};
    return use((hid_t)access, &settings);
}

int synfire_driver_take_error(void) {
    int number = unreported;
    unreported = 0;
    return number;
}

static driver_file *file_of(int64_t file_id) {
    void *handle = NULL;
    return H5Fget_vfd_handle((hid_t)file_id, H5P_DEFAULT, &handle) < 0 ? NULL : handle;
}

int synfire_driver_commit(int64_t file_id, const synfire_driver_tail *tails, size_t count) {
    driver_file *file = file_of(file_id);
    if (!file || is_in_memory(file) || !file->is_writable) return -1;
    return file->failure ? file->failure : storage_commit(&file->storage, file->end_of_addresses, tails, count);
}

int synfire_driver_discard(int64_t file_id) {
    driver_file *file = file_of(file_id);
    if (!file || is_in_memory(file) || !file->is_writable) return 0;
    file->storage.is_discarded = true;
    return file->storage.name == NULL;
}

const char *synfire_driver_marker(void) { return generation_marker; }

int synfire_driver_read(int64_t file_id, uint64_t address, size_t size, void *buffer) {
    driver_file *file = file_of(file_id);
    if (!file) return -1;
    if (address > file->end_of_file || size > file->end_of_file - address) return -1;
    return driver_read(&file->common, H5FD_MEM_GHEAP, H5P_DEFAULT, address, size, buffer);
}
