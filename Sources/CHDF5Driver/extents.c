#include "extents.h"

#include <stdlib.h>
#include <string.h>

/// The first extent that ends behind `address`.
static size_t find(const extent_list *list, uint64_t address) {
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->items[middle].address + list->items[middle].size <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool insert(extent_list *list, size_t index, uint64_t address, size_t size, const void *bytes) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        extent *items = realloc(list->items, capacity * sizeof *items);
        if (!items) return false;
        list->items = items;
        list->capacity = capacity;
    }
    unsigned char *copy = malloc(size);
    if (!copy) return false;
    memcpy(copy, bytes, size);
    memmove(list->items + index + 1, list->items + index, (list->count - index) * sizeof *list->items);
    list->items[index] = (extent){address, size, copy};
    list->count++;
    return true;
}

bool extents_cut(extent_list *list, uint64_t address, size_t size) {
    uint64_t end = address + size;
    size_t index = find(list, address);
    while (index < list->count && list->items[index].address < end) {
        extent *item = &list->items[index];
        uint64_t item_end = item->address + item->size;
        if (item_end > end) {
            size_t rest = (size_t)(item_end - end);
            if (!insert(list, index + 1, end, rest, item->bytes + item->size - rest)) return false;
            item = &list->items[index];
        }
        if (item->address < address) {
            item->size = (size_t)(address - item->address);
            index++;
        } else {
            free(item->bytes);
            list->count--;
            memmove(item, item + 1, (list->count - index) * sizeof *item);
        }
    }
    return true;
}

bool extents_put(extent_list *list, uint64_t address, size_t size, const void *bytes) {
    if (size == 0) return true;
    size_t index = find(list, address);
    if (index < list->count && list->items[index].address <= address
        && address + size <= list->items[index].address + list->items[index].size) {
        memcpy(list->items[index].bytes + (address - list->items[index].address), bytes, size);
        return true;
    }
    return extents_cut(list, address, size) && insert(list, find(list, address), address, size, bytes);
}

size_t extents_read(const extent_list *list, uint64_t address, size_t size, void *buffer) {
    uint64_t end = address + size;
    size_t copied = 0;
    for (size_t index = find(list, address); index < list->count; index++) {
        const extent *item = &list->items[index];
        if (item->address >= end) break;
        uint64_t from = item->address > address ? item->address : address;
        uint64_t to = item->address + item->size < end ? item->address + item->size : end;
        memcpy((unsigned char *)buffer + (from - address), item->bytes + (from - item->address), (size_t)(to - from));
        copied += (size_t)(to - from);
    }
    return copied;
}

void extents_clear(extent_list *list) {
    for (size_t index = 0; index < list->count; index++) free(list->items[index].bytes);
    free(list->items);
    *list = (extent_list){0};
}
