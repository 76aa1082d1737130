/* Lua values to JSON, with one text for one value: members are sorted. */
#include "json/encode.h"

#include "base/sort.h"
#include "core/raise.h"
#include "json/value.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One step of the way from the root to the value at hand, for errors and for finding cycles. */
typedef struct step {
    const struct step *parent;
    const void *table; /* the table that this step leads into */
    const char *key;   /* NULL: an index */
    size_t length;
    lua_Integer index;
} step;

typedef struct {
    lua_State *L;
    fls_buffer *buffer;
    int nesting;
} encoder;

typedef struct {
    const char *text; /* anchored by the table it came from, which nothing changes meanwhile */
    size_t length;
} key;

static void value(encoder *e, int index, const step *path, int depth);

/* ---- errors ---- */

static bool is_name(const step *s) {
    if (s->length == 0 || s->length > 64 || (s->key[0] >= '0' && s->key[0] <= '9')) {
        return false;
    }
    for (size_t i = 0; i < s->length; i++) {
        char c = s->key[i];
        if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            return false;
        }
    }
    return true;
}

/* Writes the path such as `candidate.phone[2]`; what does not fit is left out at its end. */
static size_t write_path(const step *s, char *text, size_t size) {
    if (s == NULL || s->parent == NULL) {
        text[0] = 0;
        return 0;
    }
    size_t at = write_path(s->parent, text, size);
    int count;
    if (s->key == NULL) {
        count = snprintf(text + at, size - at, "[%lld]", (long long)s->index);
    } else if (is_name(s)) {
        count = snprintf(text + at, size - at, at == 0 ? "%.*s" : ".%.*s", (int)s->length, s->key);
    } else {
        count = snprintf(text + at, size - at, "[\"%.*s\"]", (int)(s->length > 64 ? 64 : s->length), s->key);
    }
    return count < 0 || (size_t)count >= size - at ? size - 1 : at + (size_t)count;
}

_Noreturn static void fail(encoder *e, const step *path, fls_code code, const char *what) {
    char text[512];
    size_t length = write_path(path, text, sizeof text);
    if (length == 0) {
        fls_raise(e->L, code, "%s", what);
    }
    fls_raise(e->L, code, "%s: %s", text, what);
}

/* ---- values ---- */

static void number(encoder *e, int index, const step *path) {
    if (lua_isinteger(e->L, index)) {
        fls_buffer_integer(e->buffer, lua_tointeger(e->L, index));
        return;
    }
    double n = lua_tonumber(e->L, index);
    if (isnan(n) || isinf(n)) {
        fail(e, path, FLS_CODE_SCRIPT, isnan(n) ? "not a number (nan) cannot be JSON" : "an infinite number cannot be JSON");
    }
    if (n >= -0x1p63 && n < 0x1p63 && n == (double)(lua_Integer)n) { /* a whole number has one text, whichever way it was computed */
        fls_buffer_integer(e->buffer, (lua_Integer)n);
        return;
    }
    char text[40];
    int length = 0;
    for (int digits = 15; digits <= 17; digits++) { /* the shortest that reads back the same */
        length = snprintf(text, sizeof text, "%.*g", digits, n);
        if (strtod(text, NULL) == n) {
            break;
        }
    }
    for (int i = 0; i < length; i++) {
        if (text[i] == ',') {
            text[i] = '.'; /* an embedding program's language may write a comma */
        }
    }
    fls_buffer_append(e->buffer, text, (size_t)length);
}

static void string(encoder *e, const char *text, size_t length, const step *path) {
    if (!fls_buffer_json_string(e->buffer, text, length)) {
        fail(e, path, FLS_CODE_SCRIPT, "the text is not valid UTF-8");
    }
}

static void list(encoder *e, int index, size_t count, const step *path, int depth) {
    fls_buffer_byte(e->buffer, '[');
    for (size_t i = 1; i <= count; i++) {
        if (i > 1) {
            fls_buffer_byte(e->buffer, ',');
        }
        step s = {.parent = path, .index = (lua_Integer)i};
        lua_rawgeti(e->L, index, (lua_Integer)i);
        value(e, lua_gettop(e->L), &s, depth);
        lua_pop(e->L, 1);
    }
    fls_buffer_byte(e->buffer, ']');
}

static int compare_keys(const void *left, const void *right) {
    const key *a = left, *b = right;
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static void object(encoder *e, int index, size_t count, const step *path, int depth) {
    key few[16];
    key *keys = count <= 16 ? few : lua_newuserdatauv(e->L, count * sizeof(key), 0);
    /*
     * A script can make a table weak after all, by writing __mode into a metatable that is in use. Any allocation may then empty it, so from here on
     * only the keys that are found count, and a list holds them until the end. It has room for all: filling it allocates nothing.
     */
    lua_createtable(e->L, (int)count, 0);
    int held = lua_gettop(e->L);
    size_t at = 0;
    for (lua_pushnil(e->L); at < count && lua_next(e->L, index) != 0; lua_pop(e->L, 1)) {
        if (lua_type(e->L, -2) != LUA_TSTRING) {
            continue;
        }
        keys[at].text = lua_tolstring(e->L, -2, &keys[at].length);
        at++;
        lua_pushvalue(e->L, -2);
        lua_rawseti(e->L, held, (lua_Integer)at);
    }
    lua_settop(e->L, held);
    fls_sort(keys, at, sizeof(key), compare_keys);
    fls_buffer_byte(e->buffer, '{');
    for (size_t i = 0; i < at; i++) {
        if (i > 0) {
            fls_buffer_byte(e->buffer, ',');
        }
        step s = {.parent = path, .key = keys[i].text, .length = keys[i].length};
        string(e, keys[i].text, keys[i].length, &s);
        fls_buffer_byte(e->buffer, ':');
        lua_pushlstring(e->L, keys[i].text, keys[i].length);
        lua_rawget(e->L, index);
        value(e, lua_gettop(e->L), &s, depth);
        lua_pop(e->L, 1);
    }
    fls_buffer_byte(e->buffer, '}');
    lua_pop(e->L, count > 16 ? 2 : 1);
}

/* A metatable may say, in a string field of its own, what stands for the value. */
static bool stand_in(encoder *e, int index, const step *path) {
    if (!lua_getmetatable(e->L, index)) {
        return false;
    }
    lua_pushliteral(e->L, "__json");
    bool found = lua_rawget(e->L, -2) == LUA_TSTRING;
    if (found) {
        size_t length;
        const char *text = lua_tolstring(e->L, -1, &length);
        string(e, text, length, path);
    }
    lua_pop(e->L, 2);
    return found;
}

static void table(encoder *e, int index, step *path, int depth) {
    if (stand_in(e, index, path)) {
        return;
    }
    path->table = lua_topointer(e->L, index);
    for (const step *s = path->parent; s != NULL; s = s->parent) {
        if (s->table == path->table) {
            fail(e, path, FLS_CODE_SCRIPT, "the table contains itself");
        }
    }
    if (depth > e->nesting) {
        char what[48];
        snprintf(what, sizeof what, "nested deeper than %d", e->nesting);
        fail(e, path, FLS_CODE_NESTING, what);
    }
    size_t border = lua_rawlen(e->L, index), total = 0, indexes = 0, names = 0;
    for (lua_pushnil(e->L); lua_next(e->L, index) != 0; lua_pop(e->L, 1)) {
        total++;
        if (lua_isinteger(e->L, -2)) {
            lua_Integer i = lua_tointeger(e->L, -2);
            indexes += i >= 1 && (lua_Unsigned)i <= border;
        } else {
            names += lua_type(e->L, -2) == LUA_TSTRING;
        }
    }
    if (fls_json_is_array(e->L, index)) {
        if (indexes != total || indexes != border) {
            fail(e, path, FLS_CODE_SCRIPT, names > 0 ? "a list must not have named fields" : "a list must not have gaps");
        }
        list(e, index, border, path, depth);
    } else if (total > 0 && indexes == total && indexes == border) {
        list(e, index, border, path, depth);
    } else if (names == total) {
        object(e, index, total, path, depth);
    } else {
        const char *what = names > 0 ? "a table must not mix list items and named fields" : "a list must not have gaps, and other keys must be text";
        fail(e, path, FLS_CODE_SCRIPT, what);
    }
}

static void value(encoder *e, int index, const step *path, int depth) {
    static const char *const refused[] = {
        "nil", "a boolean", "userdata", "a number", "a string", "a table", "a function", "userdata", "a thread",
    };
    if (e->buffer->state != FLS_BUFFER_OK) {
        bool full = e->buffer->state == FLS_BUFFER_FULL;
        const char *what = full ? "the encoded value is larger than the limit" : "not enough memory to encode the value";
        fail(e, path, full ? FLS_CODE_OUTPUT : FLS_CODE_MEMORY, what);
    }
    int type = lua_type(e->L, index);
    switch (type) {
    case LUA_TNIL:
        if (path->parent == NULL) {
            fls_buffer_text(e->buffer, "null"); /* no value at all is null; inside a table it cannot occur */
            return;
        }
        break;
    case LUA_TBOOLEAN: fls_buffer_text(e->buffer, lua_toboolean(e->L, index) ? "true" : "false"); return;
    case LUA_TNUMBER: number(e, index, path); return;
    case LUA_TSTRING: {
        size_t length;
        const char *text = lua_tolstring(e->L, index, &length);
        string(e, text, length, path);
        return;
    }
    case LUA_TTABLE: {
        step into = *path;
        luaL_checkstack(e->L, 8, "JSON");
        table(e, index, &into, depth + 1);
        return;
    }
    default:
        if (fls_json_is_null(e->L, index)) {
            fls_buffer_text(e->buffer, "null");
            return;
        }
        break;
    }
    char what[48];
    snprintf(what, sizeof what, "%s cannot be JSON", refused[type]);
    fail(e, path, FLS_CODE_SCRIPT, what);
}

void fls_json_encode(lua_State *L, int index, fls_buffer *buffer, int nesting) {
    encoder e = {.L = L, .buffer = buffer, .nesting = nesting};
    step root = {0};
    luaL_checkstack(L, 8, "JSON");
    value(&e, lua_absindex(L, index), &root, 0);
    if (buffer->state != FLS_BUFFER_OK) { /* the last piece did not fit */
        value(&e, lua_absindex(L, index), &root, 0);
    }
}
