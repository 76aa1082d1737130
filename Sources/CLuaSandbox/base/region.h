/* The memory of one run's Lua state: taken block by block, given back all at once. */
#ifndef FLS_REGION_H
#define FLS_REGION_H

#include <stdbool.h>
#include <stddef.h>

#ifndef __has_feature
#define __has_feature(name) 0
#endif

enum {
    FLS_REGION_UNIT = 16,
#if (defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)) && !defined(FLS_REGION_AS_IN_A_WORKER)
    FLS_REGION_SMALL = 0, /* every block is the system's, so that the sanitizer sees each of them */
#else
    FLS_REGION_SMALL = 256, /* larger blocks are the system's */
#endif
    FLS_REGION_CLASSES = 256 / FLS_REGION_UNIT + 1,
};

typedef struct {
    char *at, *end;                       /* room in the newest chunk */
    void *unused[FLS_REGION_CLASSES];     /* small blocks that were freed, by size, each holding the next one's address */
    void *chunks, *large;                 /* what to give back to the system */
    char *home;                           /* a chunk that belongs to somebody else */
    size_t home_size;
    size_t held;                          /* bytes from the system */
    size_t limit;                          /* bytes that may be taken from the system */
    bool at_home;                         /* every new block, of whatever size, comes from `home` */
    bool is_full;                         /* `maximum` was what stood in the way */
} fls_region;

/*
 * Like realloc, with the size that the block has; NULL where there is no memory, and then the old block stands. Freeing and shrinking never fail.
 * A block is aligned to 16 bytes.
 */
void *fls_region_resize(fls_region *region, void *block, size_t old_size, size_t new_size);
/* Gives everything back but `home`, whose content is lost. Calling it again does nothing. */
void fls_region_release(fls_region *region);

#endif
