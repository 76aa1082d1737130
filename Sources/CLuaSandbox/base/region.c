#include "base/region.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 32 * 1024 };

/* Stands before each chunk. */
typedef struct chunk {
    struct chunk *next;
    size_t unused; /* keeps what follows aligned */
} chunk;

/* Stands before each large block. */
typedef struct large {
    struct large *next, *previous;
} large;

_Static_assert(sizeof(chunk) == FLS_REGION_UNIT && sizeof(large) == FLS_REGION_UNIT, "what follows a header is aligned");

static size_t rounded(size_t size) {
    return (size + FLS_REGION_UNIT - 1) & ~(size_t)(FLS_REGION_UNIT - 1);
}

static bool is_small(size_t size) {
    return size <= FLS_REGION_SMALL;
}

static bool is_home(const fls_region *r, const void *block) {
    return r->home != NULL && (uintptr_t)block - (uintptr_t)r->home < r->home_size;
}

/* Whether so many bytes more may come from the system. */
static bool may_hold(fls_region *r, size_t more) {
    if (more > r->limit || r->held > r->limit - more) {
        r->is_full = true;
        return false;
    }
    return true;
}

/* ---- large blocks ---- */

static void link_large(fls_region *r, large *l) {
    l->previous = NULL;
    l->next = r->large;
    if (l->next != NULL) {
        l->next->previous = l;
    }
    r->large = l;
}

static void unlink_large(fls_region *r, large *l) {
    if (l->next != NULL) {
        l->next->previous = l->previous;
    }
    if (l->previous != NULL) {
        l->previous->next = l->next;
    } else {
        r->large = l->next;
    }
}

static void *take_large(fls_region *r, size_t size) {
    if (size > SIZE_MAX - sizeof(large) || !may_hold(r, size)) {
        return NULL;
    }
    large *l = malloc(sizeof *l + size);
    if (l == NULL) {
        return NULL;
    }
    r->held += size;
    link_large(r, l);
    return l + 1;
}

static void *resize_large(fls_region *r, void *block, size_t old_size, size_t new_size) {
    large *l = (large *)block - 1;
    if (new_size > old_size && (new_size > SIZE_MAX - sizeof *l || !may_hold(r, new_size - old_size))) {
        return NULL;
    }
    unlink_large(r, l);
    large *moved = realloc(l, sizeof *l + new_size);
    link_large(r, moved == NULL ? l : moved);
    if (moved == NULL) {
        return new_size < old_size ? block : NULL;
    }
    r->held = r->held - old_size + new_size;
    return moved + 1;
}

/* ---- small blocks ---- */

static void *take_small(fls_region *r, size_t size) {
    size_t room = rounded(size), class = room / FLS_REGION_UNIT;
    void *block = r->unused[class];
    if (block != NULL) {
        memcpy(&r->unused[class], block, sizeof block);
        return block;
    }
    if ((size_t)(r->end - r->at) < room) { /* what is left of the old chunk is lost: less than a small block */
        if (!may_hold(r, CHUNK_BYTES)) {
            return NULL;
        }
        chunk *c = malloc(CHUNK_BYTES);
        if (c == NULL) {
            return NULL;
        }
        c->next = r->chunks;
        r->chunks = c;
        r->held += CHUNK_BYTES;
        r->at = (char *)(c + 1);
        r->end = (char *)c + CHUNK_BYTES;
    }
    block = r->at;
    r->at += room;
    return block;
}

static void *take(fls_region *r, size_t size) {
    if (r->at_home) {
        size_t room = rounded(size);
        if (room < size || (size_t)(r->end - r->at) < room) {
            return NULL;
        }
        void *block = r->at;
        r->at += room;
        return block;
    }
    return is_small(size) ? take_small(r, size) : take_large(r, size);
}

static void give(fls_region *r, void *block, size_t size) {
    if (is_small(size)) {
        size_t class = rounded(size) / FLS_REGION_UNIT;
        memcpy(block, &r->unused[class], sizeof block);
        r->unused[class] = block;
    } else if (!is_home(r, block)) {
        large *l = (large *)block - 1;
        r->held -= size;
        unlink_large(r, l);
        free(l);
    }
}

/* ---- all of it ---- */

void *fls_region_resize(fls_region *r, void *block, size_t old_size, size_t new_size) {
    if (block == NULL || old_size == 0) {
        return new_size == 0 ? NULL : take(r, new_size);
    }
    if (new_size == 0) {
        give(r, block, old_size);
        return NULL;
    }
    if (is_small(old_size) && is_small(new_size) && rounded(old_size) == rounded(new_size)) {
        return block;
    }
    if (!is_small(old_size) && !is_small(new_size) && !is_home(r, block)) {
        return resize_large(r, block, old_size, new_size);
    }
    void *moved = take(r, new_size);
    if (moved == NULL) {
        if (new_size > old_size) {
            return NULL;
        }
        /* It stays, and counts as small from here on. A large one is only forgotten at the end: its header stays in the list. */
        return block;
    }
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    give(r, block, old_size);
    return moved;
}

void fls_region_release(fls_region *r) {
    for (chunk *c = r->chunks, *next; c != NULL; c = next) {
        next = c->next;
        free(c);
    }
    for (large *l = r->large, *next; l != NULL; l = next) {
        next = l->next;
        free(l);
    }
    r->chunks = r->large = NULL;
    r->at = r->end = NULL;
    r->held = 0;
    r->is_full = false;
    memset(r->unused, 0, sizeof r->unused);
}
