#include "synfire_hdf5_reader.h"

#include <string.h>

void synfire_reader_unshuffle(const void *source, void *target, size_t size, size_t element) {
    const unsigned char *from = source;
    unsigned char *to = target;
    size_t count = element > 1 ? size / element : 0;
    // One element, or a part of one, was left as it is.
    if (count <= 1) {
        memcpy(to, from, size);
        return;
    }
    // Blocks that stay in the first cache, whatever the number of bytes of an element.
    enum { BLOCK = 1024 };
    for (size_t start = 0; start < count; start += BLOCK) {
        size_t end = start + BLOCK < count ? start + BLOCK : count;
        for (size_t byte = 0; byte < element; byte++) {
            const unsigned char *plane = from + byte * count;
            unsigned char *place = to + byte;
            for (size_t index = start; index < end; index++) place[index * element] = plane[index];
        }
    }
    memcpy(to + count * element, from + count * element, size - count * element);
}

/// The checksum of J. G. Fletcher, 1982, over big-endian words of 16 bits.
static uint32_t fletcher32(const unsigned char *bytes, size_t size) {
    uint32_t first = 0, second = 0;
    for (size_t words = size / 2; words > 0;) {
        // As many as cannot overflow.
        size_t part = words > 360 ? 360 : words;
        words -= part;
        for (; part > 0; part--, bytes += 2) {
            first += (uint32_t)bytes[0] << 8 | bytes[1];
            second += first;
        }
        first = (first & 0xffff) + (first >> 16);
        second = (second & 0xffff) + (second >> 16);
    }
    if (size % 2) {
        first += (uint32_t)bytes[0] << 8;
        second += first;
        first = (first & 0xffff) + (first >> 16);
        second = (second & 0xffff) + (second >> 16);
    }
    first = (first & 0xffff) + (first >> 16);
    second = (second & 0xffff) + (second >> 16);
    return second << 16 | first;
}

int synfire_reader_has_checksum(const void *bytes, size_t size) {
    if (size < 4) return 0;
    const unsigned char *end = (const unsigned char *)bytes + size - 4;
    uint32_t stored = (uint32_t)end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
    uint32_t computed = fletcher32(bytes, size - 4);
    // libhdf5 before 1.6.3 swapped the bytes of each half on little-endian machines.
    uint32_t swapped = (computed & 0x00ff00ff) << 8 | (computed & 0xff00ff00) >> 8;
    return stored == computed || stored == swapped;
}
