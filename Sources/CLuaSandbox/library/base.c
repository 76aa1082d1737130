/* The basic functions that differ from Lua's own. */
#include "library/base.h"

#include "core/globals.h"
#include "core/raise.h"
#include "json/value.h"
#include "library/seal.h"

#include <lauxlib.h>
#include <string.h>

enum { LOAD_BYTES = 256 * 1024, LOAD_NAME_BYTES = 48 };

const char *fls_tostring(lua_State *L, int index, size_t *length) {
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (lua_type(L, -1) != LUA_TSTRING) {
            fls_raise(L, FLS_CODE_SCRIPT, "__tostring must return a string, not %s", luaL_typename(L, -1));
        }
    } else if (fls_json_is_null(L, index)) {
        lua_pushliteral(L, "null");
    } else {
        switch (lua_type(L, index)) {
        case LUA_TNUMBER:
        case LUA_TSTRING:
        case LUA_TNIL:
        case LUA_TBOOLEAN: luaL_tolstring(L, index, NULL); break;
        default: lua_pushstring(L, luaL_typename(L, index)); /* Lua would add the address */
        }
    }
    return lua_tolstring(L, -1, length);
}

static int base_tostring(lua_State *L) {
    size_t length;
    luaL_checkany(L, 1);
    fls_tostring(L, 1, &length);
    return 1;
}

static int base_setmetatable(lua_State *L) {
    int type = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
        fls_raise(L, FLS_CODE_SCRIPT, "cannot change a protected metatable");
    }
    static const char *const refused[] = {"__gc", "__mode"};
    for (int i = 0; i < 2 && type == LUA_TTABLE; i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL) {
            fls_raise(L, FLS_CODE_SCRIPT, "setmetatable: %s is not allowed", refused[i]);
        }
        lua_pop(L, 1);
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int base_rawset(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    if (fls_is_sealed(L, 1)) {
        fls_raise(L, FLS_CODE_SCRIPT, "a library cannot be changed");
    }
    lua_rawset(L, 1);
    return 1;
}

static int finish_handler(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    lua_pushboolean(L, 0);
    lua_insert(L, 1);
    return 2;
}

/* The stack holds the handler and, above it, the results or the error. */
static int finish_xpcall(lua_State *L, int status, lua_KContext context) {
    if (status == LUA_OK || status == LUA_YIELD) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        return lua_gettop(L);
    }
    lua_callk(L, 1, 1, context, finish_handler);
    return finish_handler(L, LUA_OK, context);
}

/* Calls the handler after the stack is unwound: Lua's own calls it inside the error, where the instruction hook may be switched off. */
static int base_xpcall(lua_State *L) {
    int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2); /* f, handler, ..., handler */
    lua_insert(L, 1);    /* handler, f, handler, ... */
    lua_remove(L, 3);    /* handler, f, ... */
    return finish_xpcall(L, lua_pcallk(L, count - 2, LUA_MULTRET, 0, 0, finish_xpcall), 0);
}

/* Text only, of a bounded size, and with a chunk name that cannot pass for the host's. */
static int base_load(lua_State *L) {
    size_t length;
    if (lua_type(L, 1) != LUA_TSTRING) {
        fls_raise(L, FLS_CODE_SCRIPT, "load: the script must be a string, not %s", luaL_typename(L, 1));
    }
    const char *source = lua_tolstring(L, 1, &length);
    const char *name = luaL_optstring(L, 2, "load");
    bool own_globals = !lua_isnone(L, 4);
    if (length > LOAD_BYTES) {
        fls_raise(L, FLS_CODE_SCRIPT, "load: the script is larger than %d bytes", LOAD_BYTES);
    }
    name += *name == '=' || *name == '@';
    char chunk[LOAD_NAME_BYTES + 8];
    size_t at = 0;
    chunk[at++] = '@';
    chunk[at++] = '(';
    for (size_t i = 0; name[i] != 0 && i < LOAD_NAME_BYTES; i++) {
        chunk[at++] = name[i] >= 0x20 && name[i] < 0x7F ? name[i] : '?';
    }
    chunk[at++] = ')';
    chunk[at] = 0;
    lua_settop(L, 4);
    if (luaL_loadbufferx(L, source, length, chunk, "t") != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    if (own_globals) {
        lua_pushvalue(L, 4);
    } else {
        fls_push_plugin_globals(L);
    }
    lua_setupvalue(L, -2, 1);
    return 1;
}

void fls_open_base(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"tostring", base_tostring}, {"setmetatable", base_setmetatable}, {"rawset", base_rawset}, {"xpcall", base_xpcall}, {"load", base_load},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
