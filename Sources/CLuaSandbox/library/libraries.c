/* The globals that scripts see, built anew for each run. */
#include "library/libraries.h"

#include "core/globals.h"
#include "json/value.h"
#include "library/base.h"
#include "library/host.h"
#include "library/keys.h"
#include "library/safe_string.h"
#include "library/seal.h"
#include "library/stable_sort.h"

#include <lauxlib.h>
#include <lualib.h>

static void open_library(lua_State *L, const char *name, lua_CFunction open) {
    lua_pushcfunction(L, open);
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
}

/* Protects the metatable that all strings share, and removes what would make another one reachable. */
static void protect_strings(lua_State *L) {
    lua_pushliteral(L, "");
    if (lua_getmetatable(L, -1)) {
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* Copies the basic functions that stay, from the table that Lua filled (its index) to the one at the top. */
static void keep_basics(lua_State *L, int from) {
    static const char *const kept[] = {
        "assert", "error", "ipairs", "pcall", "select", "tonumber", "type", "rawequal", "rawlen", "rawget", "getmetatable",
    };
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        lua_getfield(L, from, kept[i]);
        lua_setfield(L, -2, kept[i]);
    }
}

static void remove_random(lua_State *L) {
    lua_pushnil(L);
    lua_setfield(L, -2, "random"); /* a replay must see the same numbers: the host gives them */
    lua_pushnil(L);
    lua_setfield(L, -2, "randomseed");
}

static void copy_table(lua_State *L, int from) {
    for (lua_pushnil(L); lua_next(L, from) != 0;) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}

void fls_open(lua_State *L) {
    fls_json_open(L);
    lua_createtable(L, 0, 32);
    int globals = lua_gettop(L);
    open_library(L, "_G", luaopen_base); /* fills and returns the registry's globals, which no script ever gets */
    lua_pushvalue(L, globals);
    keep_basics(L, globals + 1);
    fls_open_base(L);
    fls_open_keys(L);
    open_library(L, "string", luaopen_string);
    fls_limit_strings(L);
    fls_seal(L);
    lua_setfield(L, globals, "string");
    open_library(L, "table", luaopen_table);
    fls_open_sort(L);
    fls_seal(L);
    lua_setfield(L, globals, "table");
    open_library(L, "math", luaopen_math);
    remove_random(L);
    fls_seal(L);
    lua_setfield(L, globals, "math");
    open_library(L, "utf8", luaopen_utf8);
    fls_seal(L);
    lua_setfield(L, globals, "utf8");
    protect_strings(L);
    lua_settop(L, globals);
    lua_createtable(L, 0, 32);
    copy_table(L, globals);
    fls_set_plugin_globals(L);
    fls_set_host_globals(L);
    fls_open_host(L);
}
