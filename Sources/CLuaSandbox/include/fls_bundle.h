/* Bundles: scripts that were compiled together. Every function returns a status and never raises; one thread at a time may use a bundle and its runs. */
#ifndef FLS_BUNDLE_H
#define FLS_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

/* A prelude and named modules, compiled once and kept as bytecode in C memory. */
typedef struct fls_bundle fls_bundle;

/* The kinds of script in a bundle. The host's own scripts are left out of errors: a fault in a call is shown at the plugin's line. */
enum {
    FLS_SCRIPT_PRELUDE = 0,
    FLS_SCRIPT_HOST = 1,
    FLS_SCRIPT_PLUGIN = 2,
};

/*
 * Compiles a bundle from: u32 count, then for each script u8 kind and three times (u32 length, bytes): name, chunk, source. Little endian.
 * Returns NULL where it fails and writes the error as JSON to *error (to be freed with free(); NULL where memory ran out).
 * The bundle begins with one reference; each run holds another.
 */
fls_bundle *fls_bundle_create(const uint8_t *bytes, size_t length, uint64_t memory_bytes, char **error);
void fls_bundle_release(fls_bundle *bundle);

#endif
