/* `pairs` and `next` in one fixed order: numbers ascending, text by its bytes, then the rest. */
#include "library/keys.h"

#include "base/sort.h"
#include "core/raise.h"

#include <lauxlib.h>
#include <string.h>

typedef enum { KEY_INTEGER, KEY_FLOAT, KEY_TEXT, KEY_FALSE, KEY_TRUE, KEY_OTHER } kind;

typedef struct {
    kind kind;
    union {
        lua_Integer integer;
        lua_Number number;
        struct {
            const char *bytes; /* anchored by the snapshot's list of keys */
            size_t length;
        } text;
    } as;
    lua_Integer place; /* in the list of keys */
} key;

/* An order of keys taken at one moment: its user value is the list of keys, unsorted. */
typedef struct {
    size_t count;
    size_t last; /* where `next` stood, which is where it will look first */
    key keys[];
} snapshot;

static const char remembered = 0; /* registry: {table, snapshot} of the last `next` */

static int compare_mixed(lua_Integer i, lua_Number f) {
    if (f >= 0x1p63) {
        return -1;
    }
    if (f < -0x1p63) {
        return 1;
    }
    lua_Integer below = (lua_Integer)f;
    below -= (lua_Number)below > f;
    return i <= below ? -1 : 1; /* a float key is never a whole number: Lua turns those into integers */
}

static int compare(const void *left, const void *right) {
    const key *a = left, *b = right;
    bool numbers = a->kind <= KEY_FLOAT && b->kind <= KEY_FLOAT;
    if (numbers && a->kind == KEY_INTEGER && b->kind == KEY_INTEGER) {
        return (a->as.integer > b->as.integer) - (a->as.integer < b->as.integer);
    }
    if (numbers && a->kind == KEY_FLOAT && b->kind == KEY_FLOAT) {
        return (a->as.number > b->as.number) - (a->as.number < b->as.number);
    }
    if (numbers) {
        return a->kind == KEY_INTEGER ? compare_mixed(a->as.integer, b->as.number) : -compare_mixed(b->as.integer, a->as.number);
    }
    if (a->kind == KEY_TEXT && b->kind == KEY_TEXT) {
        size_t shorter = a->as.text.length < b->as.text.length ? a->as.text.length : b->as.text.length;
        int order = memcmp(a->as.text.bytes, b->as.text.bytes, shorter);
        return order != 0 ? order : (a->as.text.length > b->as.text.length) - (a->as.text.length < b->as.text.length);
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    return (a->place > b->place) - (a->place < b->place);
}

static void describe(lua_State *L, int index, key *k) {
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        k->kind = lua_isinteger(L, index) ? KEY_INTEGER : KEY_FLOAT;
        if (k->kind == KEY_INTEGER) {
            k->as.integer = lua_tointeger(L, index);
        } else {
            k->as.number = lua_tonumber(L, index);
        }
        break;
    case LUA_TSTRING:
        k->kind = KEY_TEXT;
        k->as.text.bytes = lua_tolstring(L, index, &k->as.text.length);
        break;
    case LUA_TBOOLEAN: k->kind = lua_toboolean(L, index) ? KEY_TRUE : KEY_FALSE; break;
    default: k->kind = KEY_OTHER;
    }
}

/* Whether the table's keys are just 1, 2, … n as Lua walks them: then no snapshot is needed. */
static bool is_list(lua_State *L, int table, size_t *count) {
    lua_Integer expected = 1;
    bool list = true;
    *count = 0;
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        list = list && lua_isinteger(L, -2) && lua_tointeger(L, -2) == expected++;
        ++*count;
    }
    return list;
}

/* Pushes a snapshot of the table's keys, which are `count`. */
static snapshot *take(lua_State *L, int table, size_t count) {
    snapshot *s = lua_newuserdatauv(L, sizeof *s + count * sizeof(key), 1);
    int self = lua_gettop(L);
    s->count = s->last = 0;
    lua_createtable(L, count > 0x7FFFFFFF ? 0 : (int)count, 0);
    int list = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table) != 0 && s->count < count; lua_pop(L, 1)) {
        key *k = &s->keys[s->count++];
        k->place = (lua_Integer)s->count;
        describe(L, -2, k);
        lua_pushvalue(L, -2);
        lua_rawseti(L, list, k->place);
    }
    lua_settop(L, list);
    lua_setiuservalue(L, self, 1);
    fls_sort(s->keys, s->count, sizeof(key), compare);
    return s;
}

/* Pushes key and value of the first key from `at` on that the table still has; nil where none is left. */
static int advance(lua_State *L, int table, int self, snapshot *s, size_t at) {
    lua_getiuservalue(L, self, 1);
    int list = lua_gettop(L);
    for (; at < s->count; at++) {
        lua_rawgeti(L, list, s->keys[at].place);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, table) != LUA_TNIL) {
            s->last = at;
            return 2;
        }
        lua_settop(L, list);
    }
    s->last = s->count;
    lua_pushnil(L);
    return 1;
}

static int step_snapshot(lua_State *L) {
    snapshot *s = lua_touserdata(L, lua_upvalueindex(1));
    size_t at = (size_t)lua_tointeger(L, lua_upvalueindex(3));
    int count = advance(L, lua_upvalueindex(2), lua_upvalueindex(1), s, at);
    lua_pushinteger(L, (lua_Integer)s->last + 1);
    lua_replace(L, lua_upvalueindex(3));
    return count;
}

static int step_list(lua_State *L) {
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(2)), at = lua_tointeger(L, lua_upvalueindex(3));
    while (at < last) {
        at++;
        if (lua_rawgeti(L, lua_upvalueindex(1), at) != LUA_TNIL) {
            lua_pushinteger(L, at);
            lua_copy(L, -1, lua_upvalueindex(3));
            lua_insert(L, -2);
            return 2;
        }
        lua_pop(L, 1);
    }
    lua_pushinteger(L, last);
    lua_replace(L, lua_upvalueindex(3));
    lua_pushnil(L);
    return 1;
}

static int pairs(lua_State *L) {
    size_t count;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (is_list(L, 1, &count)) {
        lua_pushvalue(L, 1);
        lua_pushinteger(L, (lua_Integer)count);
        lua_pushinteger(L, 0);
        lua_pushcclosure(L, step_list, 3);
    } else {
        take(L, 1, count);
        lua_pushvalue(L, 1);
        lua_pushinteger(L, 0);
        lua_pushcclosure(L, step_snapshot, 3);
    }
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static size_t find(lua_State *L, int self, snapshot *s, int wanted) {
    key k = {0};
    describe(L, wanted, &k);
    if (s->last < s->count && k.kind != KEY_OTHER) {
        k.place = s->keys[s->last].place;
        if (compare(&k, &s->keys[s->last]) == 0) {
            return s->last;
        }
    }
    lua_getiuservalue(L, self, 1);
    size_t at = 0;
    for (; at < s->count; at++) {
        lua_rawgeti(L, -1, s->keys[at].place);
        bool same = lua_rawequal(L, -1, wanted);
        lua_pop(L, 1);
        if (same) {
            break;
        }
    }
    lua_pop(L, 1);
    return at;
}

/* Remembers the snapshot between calls, so that walking a table by `next` costs what `pairs` does. */
static int next(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    bool first = lua_isnil(L, 2);
    if (first) {
        lua_pushnil(L);
        if (lua_next(L, 1) == 0) {
            lua_pushnil(L);
            return 1;
        }
        lua_settop(L, 2);
    }
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &remembered) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 2, 0);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &remembered);
    }
    lua_rawgeti(L, 3, 1);
    bool known = !first && lua_rawequal(L, -1, 1);
    lua_pop(L, 1);
    snapshot *s;
    if (known) {
        lua_rawgeti(L, 3, 2);
        s = lua_touserdata(L, 4);
    } else {
        size_t count;
        is_list(L, 1, &count);
        s = take(L, 1, count);
        lua_pushvalue(L, 1);
        lua_rawseti(L, 3, 1);
        lua_pushvalue(L, 4);
        lua_rawseti(L, 3, 2);
    }
    size_t at = first ? 0 : find(L, 4, s, 2) + 1;
    if (!first && at > s->count) {
        fls_raise(L, FLS_CODE_SCRIPT, "next: the table has no such key");
    }
    return advance(L, 1, 4, s, at);
}

void fls_open_keys(lua_State *L) {
    static const luaL_Reg functions[] = {{"pairs", pairs}, {"next", next}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
