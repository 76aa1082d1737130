/* The globals that scripts see, built anew for each run. */
#include "json/json.h"
#include "sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

static const char plugin_globals = 0, host_globals = 0;

/* ---- libraries that cannot be changed ---- */

static int refuse_write(lua_State *L) {
    fls_raise(L, FLS_CODE_SCRIPT, "a library cannot be changed");
}

void fls_seal(lua_State *L) {
    lua_createtable(L, 0, 0);
    lua_createtable(L, 0, 3);
    lua_rotate(L, -3, -1); /* proxy, metatable, library */
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

bool fls_is_sealed(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) {
        return false;
    }
    lua_pushliteral(L, "__newindex");
    lua_rawget(L, -2);
    bool sealed = lua_tocfunction(L, -1) == refuse_write;
    lua_pop(L, 2);
    return sealed;
}

/* ---- globals ---- */

void fls_push_globals(lua_State *L, int kind) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, kind == FLS_SCRIPT_PLUGIN ? &plugin_globals : &host_globals);
}

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
    lua_rawsetp(L, LUA_REGISTRYINDEX, &plugin_globals);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &host_globals);
    fls_open_host(L);
}
