/* Sorting in place, with no memory and no system call: the library's qsort asks the system how much memory there is. */
#ifndef FLS_SORT_H
#define FLS_SORT_H

#include <stddef.h>

typedef int (*fls_compare)(const void *left, const void *right);

/* `size` is at most 64. Not stable. */
void fls_sort(void *items, size_t count, size_t size, fls_compare compare);

#endif
