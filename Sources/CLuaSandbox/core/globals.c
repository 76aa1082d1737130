#include "core/globals.h"

static const char plugin_globals = 0, host_globals = 0;

void fls_push_plugin_globals(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &plugin_globals);
}

void fls_push_host_globals(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &host_globals);
}

void fls_set_plugin_globals(lua_State *L) {
    lua_rawsetp(L, LUA_REGISTRYINDEX, &plugin_globals);
}

void fls_set_host_globals(lua_State *L) {
    lua_rawsetp(L, LUA_REGISTRYINDEX, &host_globals);
}
