/* JSON to Lua values. */
#include "json/decode.h"

#include "base/buffer.h"
#include "core/raise.h"
#include "json/number.h"
#include "json/value.h"

#include <lauxlib.h>
#include <string.h>

typedef struct {
    lua_State *L;
    const unsigned char *start, *at, *end;
    int depth, nesting;
    int array; /* stack index of the metatable that marks arrays */
    bool mends; /* reads what comes from outside */
} decoder;

static void value(decoder *d);

_Noreturn static void fail(decoder *d, const char *what) {
    fls_raise(d->L, FLS_CODE_SCRIPT, "JSON, byte %d: %s", (int)(d->at - d->start) + 1, what);
}

static void space(decoder *d) {
    while (d->at < d->end && (*d->at == ' ' || *d->at == '\n' || *d->at == '\r' || *d->at == '\t')) {
        d->at++;
    }
}

static bool word(decoder *d, const char *text, size_t length) {
    if ((size_t)(d->end - d->at) < length || memcmp(d->at, text, length) != 0) {
        return false;
    }
    d->at += length;
    return true;
}

static void number(decoder *d) {
    const char *problem = fls_json_number(d->L, &d->at, d->end);
    if (problem != NULL) {
        fail(d, problem);
    }
}

static unsigned hex4(decoder *d) {
    unsigned code = 0;
    if (d->end - d->at < 4) {
        fail(d, "\\u needs four hexadecimal digits");
    }
    for (int i = 0; i < 4; i++, d->at++) {
        unsigned char c = *d->at;
        unsigned digit = c >= '0' && c <= '9' ? c - 0u - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10u : c >= 'A' && c <= 'F' ? c - 'A' + 10u : 16u;
        if (digit == 16) {
            fail(d, "\\u needs four hexadecimal digits");
        }
        code = code << 4 | digit;
    }
    return code;
}

static char *unicode(decoder *d, char *to) {
    unsigned code = hex4(d);
    if (code >= 0xDC00 && code <= 0xDFFF) {
        if (!d->mends) {
            fail(d, "a low surrogate stands alone");
        }
        code = 0xFFFD;
    }
    if (code >= 0xD800 && code <= 0xDBFF) {
        const unsigned char *after = d->at;
        unsigned low = word(d, "\\u", 2) ? hex4(d) : 0;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        } else if (d->mends) {
            code = 0xFFFD;
            d->at = after; /* what follows stands for itself */
        } else {
            fail(d, "a high surrogate stands alone");
        }
    }
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 63));
        *to++ = (char)(0x80 | (code & 63));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 63));
        *to++ = (char)(0x80 | (code >> 6 & 63));
        *to++ = (char)(0x80 | (code & 63));
    }
    return to;
}

/* Moves past the string's characters to its closing quote. Returns 0 where they are the string as they stand, else how many bytes of it one written byte
 * can become. */
static size_t scan(decoder *d) {
    size_t growth = 0;
    for (;;) {
        if (d->at >= d->end) {
            fail(d, "the string does not end");
        }
        unsigned char c = *d->at;
        if (c == '"') {
            return growth;
        }
        if (c < 0x20 && !d->mends) {
            fail(d, "a control character must be escaped");
        }
        if (c == '\\') {
            growth = growth ? growth : 1;
            if (++d->at >= d->end) {
                fail(d, "the string does not end");
            }
            d->at++; /* whatever is escaped is looked at later; a byte of UTF-8 here is refused then */
        } else if (c < 0x80) {
            d->at++;
        } else {
            size_t count = fls_utf8_length(d->at, d->end);
            if (count == 0) {
                if (!d->mends) {
                    fail(d, "not valid UTF-8");
                }
                growth = 3;
                count = 1;
            }
            d->at += count;
        }
    }
}

static char *unescape(decoder *d, char *to) {
    unsigned char c = *d->at++;
    switch (c) {
    case '"': case '\\': case '/': *to++ = (char)c; return to;
    case 'b': *to++ = '\b'; return to;
    case 'f': *to++ = '\f'; return to;
    case 'n': *to++ = '\n'; return to;
    case 'r': *to++ = '\r'; return to;
    case 't': *to++ = '\t'; return to;
    case 'u': return unicode(d, to);
    default: d->at--; fail(d, "no such escape");
    }
}

/* Writes the character that begins at d->at, or U+FFFD in place of a byte that begins none. */
static char *character(decoder *d, char *to) {
    size_t count = fls_utf8_length(d->at, d->end);
    if (count == 0) {
        memcpy(to, "\xEF\xBF\xBD", 3);
        d->at++;
        return to + 3;
    }
    memcpy(to, d->at, count);
    d->at += count;
    return to + count;
}

static void string(decoder *d) {
    const unsigned char *from = ++d->at;
    size_t growth = scan(d);
    const unsigned char *close = d->at;
    size_t length = (size_t)(close - from);
    if (growth == 0) {
        lua_pushlstring(d->L, (const char *)from, length);
    } else {
        char small[512]; /* an escape is never longer than what was written */
        char *text = length * growth <= sizeof small ? small : lua_newuserdatauv(d->L, length * growth, 0);
        char *to = text;
        const unsigned char *end = d->end;
        d->at = from;
        d->end = close; /* an escape must not reach beyond the string */
        while (d->at < close) {
            if (*d->at == '\\') {
                d->at++;
                to = unescape(d, to);
            } else if (growth == 1 || *d->at < 0x80) {
                *to++ = (char)*d->at++;
            } else {
                to = character(d, to);
            }
        }
        d->end = end;
        lua_pushlstring(d->L, text, (size_t)(to - text));
        if (text != small) {
            lua_remove(d->L, -2);
        }
    }
    d->at = close + 1;
}

static void deeper(decoder *d) {
    if (++d->depth > d->nesting) {
        fls_raise(d->L, FLS_CODE_NESTING, "JSON, byte %d: nested deeper than %d", (int)(d->at - d->start) + 1, d->nesting);
    }
    luaL_checkstack(d->L, 8, "JSON");
    d->at++;
}

static void array(decoder *d) {
    deeper(d);
    lua_createtable(d->L, 4, 0);
    lua_pushvalue(d->L, d->array);
    lua_setmetatable(d->L, -2);
    space(d);
    if (d->at < d->end && *d->at == ']') {
        d->at++;
    } else {
        for (lua_Integer i = 1;; i++) {
            value(d);
            lua_rawseti(d->L, -2, i);
            space(d);
            if (d->at < d->end && *d->at == ',') {
                d->at++;
            } else if (d->at < d->end && *d->at == ']') {
                d->at++;
                break;
            } else {
                fail(d, "',' or ']' must follow a list's item");
            }
        }
    }
    d->depth--;
}

static void object(decoder *d) {
    deeper(d);
    lua_createtable(d->L, 0, 4);
    space(d);
    if (d->at < d->end && *d->at == '}') {
        d->at++;
    } else {
        for (;;) {
            space(d);
            if (d->at >= d->end || *d->at != '"') {
                fail(d, "an object's key must be a string");
            }
            const unsigned char *key = d->at;
            string(d);
            if (!d->mends) {
                lua_pushvalue(d->L, -1);
                if (lua_rawget(d->L, -3) != LUA_TNIL) {
                    d->at = key;
                    fail(d, "the object has this key twice");
                }
                lua_pop(d->L, 1);
            }
            space(d);
            if (d->at >= d->end || *d->at != ':') {
                fail(d, "':' must follow an object's key");
            }
            d->at++;
            value(d);
            lua_rawset(d->L, -3);
            space(d);
            if (d->at < d->end && *d->at == ',') {
                d->at++;
            } else if (d->at < d->end && *d->at == '}') {
                d->at++;
                break;
            } else {
                fail(d, "',' or '}' must follow an object's value");
            }
        }
    }
    d->depth--;
}

static void value(decoder *d) {
    space(d);
    if (d->at >= d->end) {
        fail(d, "the text ends too early");
    }
    switch (*d->at) {
    case '{': object(d); return;
    case '[': array(d); return;
    case '"': string(d); return;
    case 't':
        if (word(d, "true", 4)) {
            lua_pushboolean(d->L, 1);
            return;
        }
        break;
    case 'f':
        if (word(d, "false", 5)) {
            lua_pushboolean(d->L, 0);
            return;
        }
        break;
    case 'n':
        if (word(d, "null", 4)) {
            fls_json_push_null(d->L);
            return;
        }
        break;
    case 'N': case 'I':
        if (d->mends && (word(d, "NaN", 3) || word(d, "Infinity", 8))) {
            fls_json_push_null(d->L);
            return;
        }
        break;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        if (d->mends && word(d, "-Infinity", 9)) {
            fls_json_push_null(d->L);
        } else {
            number(d);
        }
        return;
    default: break;
    }
    fail(d, "a value must stand here");
}

void fls_json_decode(lua_State *L, const char *text, size_t length, int nesting, bool mends) {
    const unsigned char *start = (const unsigned char *)text;
    luaL_checkstack(L, 8, "JSON");
    fls_json_push_marker(L);
    decoder d = {.L = L, .start = start, .at = start, .end = start + length, .nesting = nesting, .array = lua_gettop(L), .mends = mends};
    if (mends) {
        (void)word(&d, "\xEF\xBB\xBF", 3);
    }
    value(&d);
    space(&d);
    if (d.at < d.end) {
        fail(&d, "something follows the value");
    }
    lua_remove(L, d.array);
}
