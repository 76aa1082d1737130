/*
 * Drives a run's memory with anything, beside a model of it: no block may overlap another, move without its bytes, be misaligned or be forgotten.
 * The region is included as it is built for a worker: under the address sanitizer it would hand each block to the system, and its own small blocks
 * would not be looked at. The first byte says whether it begins in a home, as a template's does.
 */
#define FLS_REGION_AS_IN_A_WORKER
#define fls_region_resize worker_region_resize
#define fls_region_release worker_region_release
#include "../../Sources/CLuaSandbox/base/region.c"

enum { BLOCKS = 64, HOME = 8 * 1024, LIMIT = 256 * 1024 };

typedef struct {
    unsigned char *at;
    size_t size;
    unsigned char fill;
} block;

static block blocks[BLOCKS];
static fls_region region;
static char home[HOME] __attribute__((aligned(16)));

static void check(bool holds) {
    if (!holds) {
        abort();
    }
}

static bool is_filled(const block *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (b->at[i] != b->fill) {
            return false;
        }
    }
    return true;
}

static void resize(block *b, size_t size, unsigned char fill) {
    size_t stays = b->size < size ? b->size : size;
    check(is_filled(b, b->size));
    unsigned char *moved = fls_region_resize(&region, b->at, b->size, size);
    if (size == 0) {
        check(moved == NULL);
    } else if (moved == NULL) {
        check(size > b->size && is_filled(b, b->size)); /* what is there stands, and shrinking does not fail */
        return;
    }
    b->at = moved;
    b->size = size;
    check((uintptr_t)moved % 16 == 0 && is_filled(b, stays));
    b->fill = fill;
    memset(moved != NULL ? moved : (unsigned char *)home, fill, moved != NULL ? size : 0);
}

/* Mostly what Lua asks for, and now and then much. */
static size_t size_of(unsigned kind, unsigned amount) {
    return kind < 160 ? amount : kind < 224 ? amount * 16 : kind < 254 ? amount * 256 : kind == 254 ? 0 : LIMIT + amount;
}

static void check_overlaps(void) {
    for (int i = 0; i < BLOCKS; i++) {
        for (int j = 0; j < i; j++) {
            const block *a = &blocks[i], *b = &blocks[j];
            check(a->size == 0 || b->size == 0 || a->at + a->size <= b->at || b->at + b->size <= a->at);
        }
    }
    check(region.held <= region.limit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memset(blocks, 0, sizeof blocks);
    region = (fls_region){.limit = LIMIT};
    if (size > 0 && data[0] % 2 == 0) {
        region.home = region.at = home;
        region.home_size = sizeof home;
        region.end = home + sizeof home;
        region.at_home = data[0] % 4 == 0;
    }
    for (size_t i = 1; i + 2 < size; i += 3) {
        if (region.at_home && i > size / 2) {
            region.at_home = false; /* the prelude has run; a run begins */
        }
        resize(&blocks[data[i] % BLOCKS], size_of(data[i + 1], data[i + 2]), (unsigned char)(i | 1));
        if (i % 16 == 1) {
            check_overlaps();
        }
    }
    check_overlaps();
    for (int i = 0; i < BLOCKS; i++) {
        check(is_filled(&blocks[i], blocks[i].size));
    }
    fls_region_release(&region);
    check(region.held == 0 && region.chunks == NULL && region.large == NULL);
    fls_region_release(&region);
    return 0;
}
