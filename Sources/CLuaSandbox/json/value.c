#include "json/value.h"

static const char null_value = 0, array_marker = 0;

void fls_json_push_null(lua_State *L) {
    lua_pushlightuserdata(L, (void *)&null_value);
}

bool fls_json_is_null(lua_State *L, int index) {
    return lua_islightuserdata(L, index) && lua_touserdata(L, index) == &null_value;
}

void fls_json_open(lua_State *L) {
    lua_createtable(L, 0, 1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable"); /* scripts can neither see nor change it */
    lua_rawsetp(L, LUA_REGISTRYINDEX, &array_marker);
}

void fls_json_push_marker(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &array_marker);
}

void fls_json_mark_array(lua_State *L) {
    fls_json_push_marker(L);
    lua_setmetatable(L, -2);
}

bool fls_json_is_array(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) {
        return false;
    }
    fls_json_push_marker(L);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}
