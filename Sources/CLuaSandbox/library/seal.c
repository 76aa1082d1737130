#include "library/seal.h"

#include "core/raise.h"

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
