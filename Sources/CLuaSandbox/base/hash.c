#include "fls_hash.h"

#include <stdint.h>
#include <string.h>

/*
 * The constants are the first bits of the fractions of the square and cube roots of the first primes (FIPS 180-4). SHA-256's are the upper
 * halves of SHA-512's, so one table serves both.
 */
static const uint64_t roots[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b,
    0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1,
    0x9bdc06a725c71235, 0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65, 0x2de92c6f592b0275,
    0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b, 0xa2bfe8a14cf10364, 0xa81a664bbc423001,
    0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8,
    0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec, 0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915,
    0xc67178f2e372532b, 0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c, 0x4cc5d4becb3e42b6,
    0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};
static const uint64_t initial[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b,
    0x5be0cd19137e2179,
};

enum { SHA256_BLOCK = 64, SHA512_BLOCK = 128 };

typedef struct {
    uint64_t state[8];
    unsigned char block[SHA512_BLOCK];
    size_t filled, total;
    int wide; /* SHA-512 */
} hash;

static uint32_t turn32(uint32_t x, int n) {
    return x >> n | x << (32 - n);
}

static uint64_t turn64(uint64_t x, int n) {
    return x >> n | x << (64 - n);
}

static void compress256(hash *h, const unsigned char *p) {
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++, p += 4) {
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn32(a, 7) ^ turn32(a, 18) ^ a >> 3) + w[i - 7] + (turn32(b, 17) ^ turn32(b, 19) ^ b >> 10);
    }
    for (int i = 0; i < 8; i++) {
        s[i] = (uint32_t)h->state[i];
    }
    for (int i = 0; i < 64; i++) {
        uint32_t mixed = turn32(s[4], 6) ^ turn32(s[4], 11) ^ turn32(s[4], 25);
        uint32_t one = s[7] + mixed + ((s[4] & s[5]) ^ (~s[4] & s[6])) + (uint32_t)(roots[i] >> 32) + w[i];
        uint32_t two = (turn32(s[0], 2) ^ turn32(s[0], 13) ^ turn32(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += one;
        s[0] = one + two;
    }
    for (int i = 0; i < 8; i++) {
        h->state[i] = (uint32_t)((uint32_t)h->state[i] + s[i]);
    }
}

static void compress512(hash *h, const unsigned char *p) {
    uint64_t w[80], s[8];
    for (int i = 0; i < 16; i++) {
        w[i] = 0;
        for (int j = 0; j < 8; j++) {
            w[i] = w[i] << 8 | *p++;
        }
    }
    for (int i = 16; i < 80; i++) {
        uint64_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn64(a, 1) ^ turn64(a, 8) ^ a >> 7) + w[i - 7] + (turn64(b, 19) ^ turn64(b, 61) ^ b >> 6);
    }
    memcpy(s, h->state, sizeof s);
    for (int i = 0; i < 80; i++) {
        uint64_t one = s[7] + (turn64(s[4], 14) ^ turn64(s[4], 18) ^ turn64(s[4], 41)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + roots[i] + w[i];
        uint64_t two = (turn64(s[0], 28) ^ turn64(s[0], 34) ^ turn64(s[0], 39)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += one;
        s[0] = one + two;
    }
    for (int i = 0; i < 8; i++) {
        h->state[i] += s[i];
    }
}

static size_t block_size(const hash *h) {
    return h->wide ? SHA512_BLOCK : SHA256_BLOCK;
}

static void compress(hash *h, const unsigned char *block) {
    if (h->wide) {
        compress512(h, block);
    } else {
        compress256(h, block);
    }
}

static void begin(hash *h, int wide) {
    h->filled = h->total = 0;
    h->wide = wide;
    for (int i = 0; i < 8; i++) {
        h->state[i] = wide ? initial[i] : initial[i] >> 32;
    }
}

static void add(hash *h, const void *data, size_t length) {
    const unsigned char *at = data;
    size_t size = block_size(h);
    h->total += length;
    while (length > 0) {
        if (h->filled == 0 && length >= size) {
            compress(h, at);
            at += size;
            length -= size;
            continue;
        }
        size_t part = size - h->filled < length ? size - h->filled : length;
        memcpy(h->block + h->filled, at, part);
        h->filled += part;
        at += part;
        length -= part;
        if (h->filled == size) {
            compress(h, h->block);
            h->filled = 0;
        }
    }
}

static void end(hash *h, unsigned char *digest) {
    size_t size = block_size(h), count = h->wide ? 16 : 8;
    uint64_t bits = (uint64_t)h->total * 8;
    h->block[h->filled++] = 0x80;
    if (h->filled > size - count) {
        memset(h->block + h->filled, 0, size - h->filled);
        compress(h, h->block);
        h->filled = 0;
    }
    memset(h->block + h->filled, 0, size - h->filled);
    for (int i = 0; i < 8; i++) {
        h->block[size - 1 - (size_t)i] = (unsigned char)(bits >> 8 * i);
    }
    compress(h, h->block);
    int word = h->wide ? 8 : 4;
    for (int i = 0; i < 8 * word; i++) {
        digest[i] = (unsigned char)(h->state[i / word] >> 8 * (word - 1 - i % word));
    }
}

static void digest(int wide, const void *data, size_t length, unsigned char *result) {
    hash h;
    begin(&h, wide);
    add(&h, data, length);
    end(&h, result);
}

static void hmac(int wide, const void *key, size_t key_length, const void *data, size_t length, unsigned char *result) {
    unsigned char pad[SHA512_BLOCK] = {0};
    size_t size = wide ? SHA512_BLOCK : SHA256_BLOCK, bytes = wide ? FLS_SHA512_BYTES : FLS_SHA256_BYTES;
    hash h;
    if (key_length > size) {
        digest(wide, key, key_length, pad);
    } else if (key_length > 0) {
        memcpy(pad, key, key_length);
    }
    for (size_t i = 0; i < size; i++) {
        pad[i] ^= 0x36;
    }
    begin(&h, wide);
    add(&h, pad, size);
    add(&h, data, length);
    end(&h, result);
    for (size_t i = 0; i < size; i++) {
        pad[i] ^= 0x36 ^ 0x5c;
    }
    begin(&h, wide);
    add(&h, pad, size);
    add(&h, result, bytes);
    end(&h, result);
}

void fls_sha256(const void *data, size_t length, unsigned char result[FLS_SHA256_BYTES]) {
    digest(0, data, length, result);
}

void fls_hmac_sha256(const void *key, size_t key_length, const void *data, size_t length, unsigned char result[FLS_SHA256_BYTES]) {
    hmac(0, key, key_length, data, length, result);
}

void fls_hmac_sha512(const void *key, size_t key_length, const void *data, size_t length, unsigned char result[FLS_SHA512_BYTES]) {
    hmac(1, key, key_length, data, length, result);
}
