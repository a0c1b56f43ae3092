#include "generation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char generation_marker[marker_size + 1] = "synfire partial\n";

static const uint64_t undefined = UINT64_MAX;

enum { chunk_tree_width = 64, largest_rank = 33, deepest = 64 };

typedef struct {
    uint64_t address;
    size_t offset;
} moved_object;

typedef struct {
    generation *made;
    const extent_list *metadata;
    const synfire_driver_tail *tails;
    size_t tail_count;
    /// Where the address of each tail's chunk stands; 0 for none.
    size_t *tail_links;
    moved_object *objects;
    size_t object_count;
    size_t object_capacity;
    size_t group_leaf;
    size_t group_width;
    int depth;
    int failure;
} builder;

static uint64_t get(const unsigned char *bytes, size_t size) {
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

static void put(unsigned char *bytes, size_t size, uint64_t value) {
    for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)(value >> (8 * i));
}

static size_t fail(builder *b, int number) {
    if (b->failure == 0) b->failure = number;
    return 0;
}

/// Makes an array large enough for one more.
static bool grow(builder *b, void **items, size_t *capacity, size_t needed, size_t item_size) {
    if (needed <= *capacity) return true;
    size_t larger = needed + needed / 2 + 64;
    void *memory = realloc(*items, larger * item_size);
    if (!memory) {
        fail(b, ENOMEM);
        return false;
    }
    *items = memory;
    *capacity = larger;
    return true;
}

/// Room for a block in the copy, zeros. The first offset is not 0, which so means failure.
static size_t take(builder *b, size_t size) {
    generation *g = b->made;
    size_t offset = (g->size + 7) / 8 * 8;
    if (offset == 0) offset = 8;
    if (!grow(b, (void **)&g->bytes, &g->capacity, offset + size, 1)) return 0;
    memset(g->bytes + g->size, 0, offset + size - g->size);
    g->size = offset + size;
    return offset;
}

/// Copies a block of the original.
static size_t copy(builder *b, uint64_t address, size_t size) {
    if (b->failure) return 0;
    size_t offset = take(b, size);
    if (!offset) return 0;
    if (extents_read(b->metadata, address, size, b->made->bytes + offset) != size) return fail(b, -1);
    return offset;
}

/// Writes the address of something in the copy.
static void link(builder *b, size_t at, size_t target) {
    generation *g = b->made;
    if (b->failure || !grow(b, (void **)&g->links, &g->link_capacity, g->link_count + 1, sizeof *g->links)) return;
    g->links[g->link_count++] = at;
    put(g->bytes + at, 8, target);
}

static uint64_t value(const builder *b, size_t at, size_t size) { return get(b->made->bytes + at, size); }

static bool has_signature(const builder *b, size_t at, const char *signature) {
    return memcmp(b->made->bytes + at, signature, 4) == 0;
}

// MARK: Groups

static size_t copy_object(builder *b, uint64_t address);

/// Copies a node of symbols, and the objects that they lead to.
static size_t copy_symbols(builder *b, uint64_t address) {
    size_t node = copy(b, address, 8 + 2 * b->group_leaf * 40);
    if (!node) return 0;
    if (!has_signature(b, node, "SNOD")) return fail(b, -1);
    size_t count = (size_t)value(b, node + 6, 2);
    if (count > 2 * b->group_leaf) return fail(b, -1);
    for (size_t i = 0; i < count && !b->failure; i++) {
        size_t entry = node + 8 + 40 * i;
        // A soft link leads to a name.
        if (value(b, entry + 16, 4) == 2) continue;
        size_t object = copy_object(b, value(b, entry + 8, 8));
        link(b, entry + 8, object);
        // What the entry remembers of a group is in the group's header, too.
        if (!b->failure) memset(b->made->bytes + entry + 16, 0, 24);
    }
    return node;
}

/// Copies the tree of a group. `last` is the node before on each level.
static size_t copy_group_tree(builder *b, uint64_t address, size_t last[deepest], int below) {
    size_t node = copy(b, address, 24 + 2 * b->group_width * 8 + (2 * b->group_width + 1) * 8);
    if (!node) return 0;
    int level = b->made->bytes[node + 5];
    size_t count = (size_t)value(b, node + 6, 2);
    bool fits = has_signature(b, node, "TREE") && b->made->bytes[node + 4] == 0 && level < below
                && count <= 2 * b->group_width;
    if (!fits) return fail(b, -1);
    put(b->made->bytes + node + 8, 8, undefined);
    put(b->made->bytes + node + 16, 8, undefined);
    if (last[level]) {
        link(b, node + 8, last[level]);
        link(b, last[level] + 16, node);
    }
    last[level] = node;
    for (size_t i = 0; i < count && !b->failure; i++) {
        size_t at = node + 24 + 16 * i + 8;
        uint64_t child = value(b, at, 8);
        link(b, at, level == 0 ? copy_symbols(b, child) : copy_group_tree(b, child, last, level));
    }
    return node;
}

static size_t copy_heap(builder *b, uint64_t address) {
    size_t heap = copy(b, address, 32);
    if (!heap) return 0;
    if (!has_signature(b, heap, "HEAP")) return fail(b, -1);
    size_t data = copy(b, value(b, heap + 24, 8), (size_t)value(b, heap + 8, 8));
    link(b, heap + 24, data);
    return heap;
}

// MARK: Chunks

/// What a header says of a dataset, as offsets into the copy; 0 for what it does not say.
typedef struct {
    size_t sizes;
    int rank;
    size_t layout;
    bool has_filters;
} dataset;

/// The entries of leaves: key and address of each chunk.
typedef struct {
    unsigned char *bytes;
    size_t count;
    size_t capacity;
    size_t key_size;
} chunk_list;

static void collect(builder *b, chunk_list *list, uint64_t address, int below) {
    unsigned char header[24];
    size_t width = list->key_size + 8;
    if (extents_read(b->metadata, address, sizeof header, header) != sizeof header) {
        fail(b, -1);
        return;
    }
    int level = header[5];
    size_t count = (size_t)get(header + 6, 2);
    if (memcmp(header, "TREE", 4) != 0 || header[4] != 1 || level >= below || count > chunk_tree_width) {
        fail(b, -1);
        return;
    }
    if (!grow(b, (void **)&list->bytes, &list->capacity, (list->count + count + 1) * width, 1)) return;
    unsigned char entries[chunk_tree_width * (8 + 8 * largest_rank + 8)];
    if (extents_read(b->metadata, address + 24, count * width, entries) != count * width) {
        fail(b, -1);
    } else if (level == 0) {
        memcpy(list->bytes + list->count * width, entries, count * width);
        list->count += count;
    } else {
        for (size_t i = 0; i < count && !b->failure; i++)
            collect(b, list, get(entries + i * width + list->key_size, 8), level);
    }
}

/// Writes one level of a tree. Gives the offset of its first node; the number of nodes is in `count`.
static size_t write_level(builder *b, chunk_list *list, int level, const unsigned char *end_key, size_t *tail_link) {
    size_t key = list->key_size, width = key + 8;
    size_t node_size = 24 + chunk_tree_width * 8 + (chunk_tree_width + 1) * key;
    size_t nodes = (list->count + chunk_tree_width - 1) / chunk_tree_width;
    size_t first = take(b, nodes * node_size);
    for (size_t n = 0; n < nodes && first && !b->failure; n++) {
        size_t node = first + n * node_size, from = n * chunk_tree_width;
        size_t count = list->count - from < chunk_tree_width ? list->count - from : chunk_tree_width;
        unsigned char *bytes = b->made->bytes + node;
        memcpy(bytes, "TREE\1", 5);
        bytes[5] = (unsigned char)level;
        put(bytes + 6, 2, count);
        put(bytes + 8, 8, undefined);
        put(bytes + 16, 8, undefined);
        memcpy(bytes + 24, list->bytes + from * width, count * width);
        memcpy(bytes + 24 + count * width, n + 1 < nodes ? list->bytes + (from + count) * width : end_key, key);
        if (n > 0) link(b, node + 8, node - node_size);
        if (n + 1 < nodes) link(b, node + 16, node + node_size);
        for (size_t i = 0; i < count && level > 0; i++) {
            size_t at = node + 24 + i * width + key;
            link(b, at, (size_t)value(b, at, 8));
        }
        if (tail_link && n + 1 == nodes) *tail_link = node + 24 + (count - 1) * width + key;
    }
    // The nodes are the entries of the level above.
    for (size_t n = 0; n < nodes && first && !b->failure; n++) {
        memmove(list->bytes + n * width, list->bytes + n * chunk_tree_width * width, key);
        put(list->bytes + n * width + key, 8, first + n * node_size);
    }
    list->count = nodes;
    return first;
}

/// Adds a tail's chunk and rows to a dataset.
static bool add_tail(builder *b, chunk_list *list, const dataset *found, const synfire_driver_tail *tail) {
    if (!found->sizes || tail->rows == 0) return found->sizes != 0;
    const unsigned char *chunk = b->made->bytes + found->layout + 11;
    unsigned char *sizes = b->made->bytes + found->sizes;
    uint64_t rows = get(sizes, 8), chunk_rows = get(chunk, 4), bytes = get(chunk + 4 * found->rank, 4);
    if (rows % chunk_rows != 0 || tail->rows > chunk_rows) return false;
    uint64_t row_bytes = bytes;
    for (int i = 1; i < found->rank; i++) row_bytes *= get(sizes + 8 * i, 8);
    for (int i = 0; i < found->rank; i++) {
        bytes *= get(chunk + 4 * i, 4);
        // One chunk is as wide as the dataset.
        if (i > 0 && get(sizes + 8 * i, 8) > get(chunk + 4 * i, 4)) return false;
        // Rows in a chunk that is wider than they are would not lie one behind the other.
        if (i > 1 && get(sizes + 8 * i, 8) != get(chunk + 4 * i, 4)) return false;
    }
    if (found->rank > 1 && tail->size > 0 && get(sizes + 8, 8) != get(chunk + 4, 4)) return false;
    if (row_bytes * tail->rows != tail->size) return false;
    put(sizes, 8, rows + tail->rows);
    if (tail->size == 0) return true;
    size_t width = list->key_size + 8;
    if (!grow(b, (void **)&list->bytes, &list->capacity, (list->count + 1) * width, 1)) return false;
    unsigned char *entry = list->bytes + list->count * width;
    memset(entry, 0, width);
    put(entry, 4, bytes);
    // Stored as it is: the mask says which filters were left out.
    put(entry + 4, 4, found->has_filters ? UINT32_MAX : 0);
    put(entry + 8, 8, rows);
    list->count++;
    b->made->tails[tail - b->tails].size = (size_t)bytes;
    return true;
}

/// Writes the tree of a dataset's chunks anew.
static void copy_chunks(builder *b, const dataset *found, const synfire_driver_tail *tail) {
    int dimensions = b->made->bytes[found->layout + 2];
    if (dimensions != found->rank + 1 || dimensions > largest_rank) {
        fail(b, -1);
        return;
    }
    uint64_t tree = value(b, found->layout + 3, 8);
    chunk_list list = {.key_size = 8 + 8 * (size_t)dimensions};
    if (tree != undefined) collect(b, &list, tree, deepest);
    if (!b->failure && tail && !add_tail(b, &list, found, tail)) fail(b, -1);
    if (!b->failure && list.count > 0) {
        size_t width = list.key_size + 8;
        unsigned char end_key[8 + 8 * largest_rank] = {0};
        memcpy(end_key, list.bytes + (list.count - 1) * width, list.key_size);
        put(end_key, 8, 0);
        for (int i = 0; i < dimensions - 1; i++)
            put(end_key + 8 + 8 * i, 8, get(end_key + 8 + 8 * i, 8) + value(b, found->layout + 11 + 4 * (size_t)i, 4));
        size_t *tail_link = tail && tail->size > 0 ? &b->tail_links[tail - b->tails] : NULL;
        size_t root = write_level(b, &list, 0, end_key, tail_link);
        for (int level = 1; list.count > 1 && !b->failure; level++) root = write_level(b, &list, level, end_key, NULL);
        link(b, found->layout + 3, root);
    }
    free(list.bytes);
}

// MARK: Objects

/// Looks at the messages of a block of an object's header, and at the blocks that it goes on in.
static void copy_messages(builder *b, size_t at, size_t end, dataset *found, int blocks) {
    while (at + 8 <= end && !b->failure) {
        size_t type = (size_t)value(b, at, 2), size = (size_t)value(b, at + 2, 2), body = at + 8;
        const unsigned char *bytes = b->made->bytes + body;
        if (size > end - body) break;
        // A message that is stored elsewhere, which ours are not.
        if (b->made->bytes[at + 4] & 2) fail(b, -1);
        switch (type) {
        case 0x00: case 0x03: case 0x04: case 0x05: case 0x0C: case 0x0D: case 0x0E: case 0x12: break;
        case 0x01:
            found->rank = bytes[1];
            if (bytes[0] != 1 && bytes[0] != 2) fail(b, -1);
            // A single value and no value have no sizes.
            if (bytes[1] > 0) found->sizes = body + (bytes[0] == 1 ? 8 : 4);
            break;
        case 0x08:
            if (bytes[0] != 3 || bytes[1] > 2) fail(b, -1);
            if (bytes[1] == 2) found->layout = body;
            break;
        case 0x0B: found->has_filters = true; break;
        case 0x10: {
            size_t length = (size_t)value(b, body + 8, 8);
            size_t block = blocks > 0 ? copy(b, value(b, body, 8), length) : fail(b, -1);
            link(b, body, block);
            copy_messages(b, block, block + length, found, blocks - 1);
            break;
        }
        case 0x11: {
            uint64_t tree = value(b, body, 8), heap = value(b, body + 8, 8);
            size_t last[deepest] = {0};
            link(b, body, copy_group_tree(b, tree, last, deepest));
            link(b, body + 8, copy_heap(b, heap));
            break;
        }
        default: fail(b, -1);
        }
        at = body + size;
    }
}

static size_t copy_object(builder *b, uint64_t address) {
    for (size_t i = 0; i < b->object_count; i++)
        if (b->objects[i].address == address) return b->objects[i].offset;
    unsigned char prefix[16];
    if (b->failure) return 0;
    if (extents_read(b->metadata, address, sizeof prefix, prefix) != sizeof prefix || prefix[0] != 1 || b->depth > 1000)
        return fail(b, -1);
    size_t length = (size_t)get(prefix + 8, 4), object = copy(b, address, 16 + length);
    if (!object) return 0;
    if (!grow(b, (void **)&b->objects, &b->object_capacity, b->object_count + 1, sizeof *b->objects)) return 0;
    b->objects[b->object_count++] = (moved_object){address, object};
    dataset found = {0};
    b->depth++;
    copy_messages(b, object + 16, object + 16 + length, &found, 1000);
    b->depth--;
    const synfire_driver_tail *tail = NULL;
    for (size_t i = 0; i < b->tail_count; i++)
        if (b->tails[i].object == address) tail = &b->tails[i];
    if (!b->failure && found.layout) copy_chunks(b, &found, tail);
    return object;
}

// MARK: Building

/// Puts the tails behind the metadata, and the marker behind them.
static void place_tails(builder *b) {
    generation *g = b->made;
    size_t end = (g->size + 7) / 8 * 8;
    for (size_t i = 0; i < b->tail_count && !b->failure; i++) {
        if (b->tails[i].size == 0) continue;
        if (!b->tail_links[i]) fail(b, -1);
        g->tails[i].offset = end;
        link(b, b->tail_links[i], end);
        end += (g->tails[i].size + 7) / 8 * 8;
    }
    g->total = end + marker_size;
}

int generation_build(
    generation *result, const extent_list *metadata, const synfire_driver_tail *tails, size_t tail_count) {
    *result = (generation){.tail_count = tail_count};
    unsigned char *super = result->superblock;
    // Version 0, with addresses and lengths of 8 bytes.
    if (extents_read(metadata, 0, superblock_size, super) != superblock_size || super[8] != 0 || super[13] != 8
        || super[14] != 8)
        return -1;
    builder b = {.made = result, .metadata = metadata, .tails = tails, .tail_count = tail_count};
    b.group_leaf = (size_t)get(super + 16, 2);
    b.group_width = (size_t)get(super + 18, 2);
    result->tails = calloc(tail_count + 1, sizeof *result->tails);
    b.tail_links = calloc(tail_count + 1, sizeof *b.tail_links);
    if (!result->tails || !b.tail_links) fail(&b, ENOMEM);
    size_t root = b.failure ? 0 : copy_object(&b, get(super + 64, 8));
    if (!b.failure) place_tails(&b);
    put(super + 40, 8, result->total);
    put(super + 64, 8, root);
    memset(super + 72, 0, 24);
    free(b.tail_links);
    free(b.objects);
    if (b.failure) generation_clear(result);
    return b.failure;
}

void generation_move(generation *g, uint64_t base) {
    uint64_t distance = base - g->base;
    for (size_t i = 0; i < g->link_count; i++) {
        unsigned char *at = g->bytes + g->links[i];
        put(at, 8, get(at, 8) + distance);
    }
    put(g->superblock + 40, 8, get(g->superblock + 40, 8) + distance);
    put(g->superblock + 64, 8, get(g->superblock + 64, 8) + distance);
    g->base = base;
}

void generation_clear(generation *g) {
    free(g->bytes);
    free(g->links);
    free(g->tails);
    *g = (generation){0};
}
