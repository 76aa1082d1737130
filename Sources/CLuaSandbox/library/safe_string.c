/* The string functions that differ from Lua's own: bounded, and without addresses. */
#include "library/safe_string.h"

#include "core/limiter.h"
#include "core/raise.h"
#include "library/base.h"

#include <lauxlib.h>
#include <string.h>

/* Refuses what would not fit before it begins: the loop would not see the instruction hook, and an empty text may be repeated for ever. */
static int bounded_rep(lua_State *L) {
    size_t length, between;
    luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &between);
    if (count <= 0 || length + between == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((lua_Unsigned)count > fls_run_of(L)->limits.memory_bytes / (length + between)) {
        fls_end(L, FLS_OVER_MEMORY);
    }
    lua_settop(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, 3, 1);
    return 1;
}

/* Converts what %s shows by the sandbox's own tostring, and refuses %p. */
static int safe_format(lua_State *L) {
    int top = lua_gettop(L), argument = 1;
    size_t length;
    const char *at = luaL_checklstring(L, 1, &length), *end = at + length;
    for (; at < end; at++) {
        if (*at != '%') {
            continue;
        }
        if (++at < end && *at == '%') {
            continue;
        }
        while (at < end && (strchr("-+ #0.", *at) != NULL || (*at >= '0' && *at <= '9')) && *at != 0) {
            at++;
        }
        argument++;
        if (at < end && *at == 'p') {
            fls_raise(L, FLS_CODE_SCRIPT, "string.format: %%p is not allowed");
        }
        if (at < end && *at == 's' && argument <= top && lua_type(L, argument) != LUA_TSTRING) {
            fls_tostring(L, argument, &length);
            lua_replace(L, argument);
        }
    }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, top, 1);
    return 1;
}

static void wrap(lua_State *L, const char *name, lua_CFunction function) {
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, function, 1);
    lua_setfield(L, -2, name);
}

void fls_limit_strings(lua_State *L) {
    static const char *const removed[] = {"dump", "pack", "packsize", "unpack"};
    for (size_t i = 0; i < sizeof removed / sizeof *removed; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, removed[i]);
    }
    wrap(L, "rep", bounded_rep);
    wrap(L, "format", safe_format);
}
