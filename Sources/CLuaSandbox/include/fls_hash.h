/* SHA-2 and HMAC over bytes in memory. */
#ifndef FLS_HASH_H
#define FLS_HASH_H

#include <stddef.h>

enum { FLS_SHA256_BYTES = 32, FLS_SHA512_BYTES = 64 };

void fls_sha256(const void *data, size_t length, unsigned char digest[FLS_SHA256_BYTES]);
void fls_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length, unsigned char digest[FLS_SHA256_BYTES]);
void fls_hmac_sha512(const void *key, size_t key_length, const void *data, size_t length, unsigned char digest[FLS_SHA512_BYTES]);

#endif
