/* The library `crypto`: digests, encodings, and comparing in constant time. */
#include "library/crypto.h"

#include "core/raise.h"
#include "fls_hash.h"

#include <lauxlib.h>
#include <string.h>

static const char *bytes(lua_State *L, int index, const char *function, size_t *length) {
    if (lua_type(L, index) != LUA_TSTRING) {
        fls_raise(L, FLS_CODE_SCRIPT, "crypto.%s: argument %d must be a string, not %s", function, index, luaL_typename(L, index));
    }
    return lua_tolstring(L, index, length);
}

static int sha256(lua_State *L) {
    size_t length;
    unsigned char digest[FLS_SHA256_BYTES];
    const char *data = bytes(L, 1, "sha256", &length);
    fls_sha256(data, length, digest);
    lua_pushlstring(L, (const char *)digest, sizeof digest);
    return 1;
}

static int hmac(lua_State *L) {
    size_t name_length, key_length, length;
    unsigned char digest[FLS_SHA512_BYTES];
    const char *name = bytes(L, 1, "hmac", &name_length), *key = bytes(L, 2, "hmac", &key_length), *data = bytes(L, 3, "hmac", &length);
    if (strcmp(name, "sha256") == 0) {
        fls_hmac_sha256(key, key_length, data, length, digest);
        lua_pushlstring(L, (const char *)digest, FLS_SHA256_BYTES);
    } else if (strcmp(name, "sha512") == 0) {
        fls_hmac_sha512(key, key_length, data, length, digest);
        lua_pushlstring(L, (const char *)digest, FLS_SHA512_BYTES);
    } else {
        fls_raise(L, FLS_CODE_SCRIPT, "crypto.hmac: the algorithm must be sha256 or sha512");
    }
    return 1;
}

static int hex(lua_State *L) {
    static const char digits[] = "0123456789abcdef";
    size_t length;
    const char *data = bytes(L, 1, "hex", &length);
    luaL_Buffer b;
    char *to = luaL_buffinitsize(L, &b, length * 2); /* a Lua string is far shorter than half of what size_t counts */
    for (size_t i = 0; i < length; i++) {
        to[2 * i] = digits[(unsigned char)data[i] >> 4];
        to[2 * i + 1] = digits[(unsigned char)data[i] & 15];
    }
    luaL_pushresultsize(&b, length * 2);
    return 1;
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What is not hexadecimal gives nil: signatures come from outside, and a wrong one is no fault of the script. */
static int unhex(lua_State *L) {
    size_t length;
    const char *text = bytes(L, 1, "unhex", &length);
    luaL_Buffer b;
    char *to = luaL_buffinitsize(L, &b, length / 2);
    for (size_t i = 0; i + 1 < length; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) {
            length = 1;
            break;
        }
        to[i / 2] = (char)(high << 4 | low);
    }
    luaL_pushresultsize(&b, length / 2);
    if (length % 2 != 0) {
        lua_pushnil(L);
    }
    return 1;
}

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int encode64(lua_State *L, const char *alphabet, bool padded, const char *function) {
    size_t length, at = 0;
    const unsigned char *data = (const unsigned char *)bytes(L, 1, function, &length);
    luaL_Buffer b;
    char *to = luaL_buffinitsize(L, &b, length / 3 * 4 + 4);
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned group = (unsigned)data[i] << 16 | (left > 1 ? (unsigned)data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0u);
        to[at++] = alphabet[group >> 18];
        to[at++] = alphabet[group >> 12 & 63];
        if (left > 1 || padded) {
            to[at++] = left > 1 ? alphabet[group >> 6 & 63] : '=';
        }
        if (left > 2 || padded) {
            to[at++] = left > 2 ? alphabet[group & 63] : '=';
        }
    }
    luaL_pushresultsize(&b, at);
    return 1;
}

/* Padding may be missing, but not wrong; anything else than the alphabet gives nil. */
static int decode64(lua_State *L, const char *alphabet, const char *function) {
    size_t length, at = 0;
    const char *text = bytes(L, 1, function, &length);
    size_t written = length;
    while (length > 0 && text[length - 1] == '=' && written - length < 2) {
        length--;
    }
    bool good = length % 4 != 1 && (written == length || written % 4 == 0);
    luaL_Buffer b;
    char *to = luaL_buffinitsize(L, &b, length / 4 * 3 + 3);
    unsigned group = 0, bits = 0;
    for (size_t i = 0; good && i < length; i++) {
        const char *found = text[i] == 0 ? NULL : strchr(alphabet, text[i]);
        good = found != NULL;
        if (good) {
            group = group << 6 | (unsigned)(found - alphabet);
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                to[at++] = (char)(group >> bits & 0xFF);
            }
        }
    }
    good = good && (group & ((1u << bits) - 1)) == 0; /* left-over bits must be zero: one text for one value */
    luaL_pushresultsize(&b, at);
    if (!good) {
        lua_pushnil(L);
    }
    return 1;
}

static int base64(lua_State *L) {
    return encode64(L, standard, true, "base64");
}

static int base64url(lua_State *L) {
    return encode64(L, url_safe, false, "base64url");
}

static int unbase64(lua_State *L) {
    return decode64(L, standard, "unbase64");
}

static int unbase64url(lua_State *L) {
    return decode64(L, url_safe, "unbase64url");
}

/* Takes the same time wherever the two differ; only their lengths show. */
static int equal(lua_State *L) {
    size_t left_length, right_length;
    const char *left = bytes(L, 1, "equal", &left_length), *right = bytes(L, 2, "equal", &right_length);
    volatile unsigned char difference = left_length != right_length;
    for (size_t i = 0; i < left_length && i < right_length; i++) {
        difference |= (unsigned char)(left[i] ^ right[i]);
    }
    lua_pushboolean(L, difference == 0);
    return 1;
}

void fls_open_crypto(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"sha256", sha256}, {"hmac", hmac}, {"hex", hex}, {"unhex", unhex}, {"base64", base64}, {"unbase64", unbase64},
        {"base64url", base64url}, {"unbase64url", unbase64url}, {"equal", equal}, {NULL, NULL},
    };
    luaL_newlib(L, functions);
}
