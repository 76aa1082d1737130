#include "run/prepare.h"

#include "core/bundle.h"
#include "core/limiter.h"
#include "library/libraries.h"

#include <lauxlib.h>

static const char thread = 0;

int fls_run_prepare(lua_State *L, fls_run *run) {
    lua_gc(L, LUA_GCSTOP);
    lua_settop(L, 0);
    run->co = lua_newthread(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &thread);
    fls_open(L);
    fls_bundle_load(L, &run->bundle->scripts[0]);
    lua_insert(L, -2);
    lua_xmove(L, run->co, 2);
    fls_arm(run->co);
    int results;
    lua_settop(L, 0);
    int status = lua_resume(run->co, L, 1, &results);
    if (status != LUA_OK) {
        return status;
    }
    if (lua_gettop(run->co) < 1 || lua_type(run->co, -1) != LUA_TFUNCTION) {
        return luaL_error(L, "the prelude must return a function");
    }
    lua_rotate(run->co, 1, 1);
    lua_settop(run->co, 1);
    return LUA_OK;
}
