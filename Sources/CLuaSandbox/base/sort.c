#include "base/sort.h"

#include <string.h>

enum { FEW = 12, ITEM_BYTES = 64 };

static void insertion(char *items, size_t count, size_t size, fls_compare compare) {
    char moved[ITEM_BYTES];
    for (size_t i = 1; i < count; i++) {
        size_t to = i;
        memcpy(moved, items + i * size, size);
        for (; to > 0 && compare(moved, items + (to - 1) * size) < 0; to--) {
            memcpy(items + to * size, items + (to - 1) * size, size);
        }
        memcpy(items + to * size, moved, size);
    }
}

/* Lets the item at `at` sink to its place in a heap of `count`. */
static void sink(char *items, size_t at, size_t count, size_t size, fls_compare compare) {
    char moved[ITEM_BYTES];
    memcpy(moved, items + at * size, size);
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && compare(items + child * size, items + (child + 1) * size) < 0) {
            child++;
        }
        if (compare(moved, items + child * size) >= 0) {
            break;
        }
        memcpy(items + at * size, items + child * size, size);
    }
    memcpy(items + at * size, moved, size);
}

void fls_sort(void *base, size_t count, size_t size, fls_compare compare) {
    char *items = base, swapped[ITEM_BYTES];
    if (count <= FEW) {
        insertion(items, count, size, compare);
        return;
    }
    for (size_t at = count / 2; at-- > 0;) {
        sink(items, at, count, size, compare);
    }
    for (size_t last = count - 1; last > 0; last--) {
        memcpy(swapped, items, size);
        memcpy(items, items + last * size, size);
        memcpy(items + last * size, swapped, size);
        sink(items, 0, last, size, compare);
    }
}
