/* The table `host` that the prelude gets: the only way out of a script. */
#include "library/host.h"

#include "core/bundle.h"
#include "core/globals.h"
#include "core/limiter.h"
#include "core/raise.h"
#include "json/decode.h"
#include "json/encode.h"
#include "json/value.h"
#include "library/crypto.h"

#include <lauxlib.h>
#include <string.h>

enum {
    NESTING_MAX = 160, /* what the codec can make */
};

static const char modules = 0, loading = 0, self = 0;

/* ---- calls and notes ---- */

static void check_op(lua_State *L) {
    size_t length;
    const char *op = luaL_checklstring(L, 1, &length);
    fls_run *run = fls_run_of(L);
    if (length == 0 || length > sizeof run->op) {
        fls_raise(L, FLS_CODE_SCRIPT, "a host call's name has 1 to %d bytes", FLS_OP_MAX);
    }
    memcpy(run->op, op, length);
    run->op_length = length;
}

static int host_call(lua_State *L) {
    fls_run *run = fls_run_of(L);
    lua_settop(L, 2);
    check_op(L);
    if (!lua_isyieldable(L)) {
        fls_raise(L, FLS_CODE_SCRIPT, "%.*s cannot be called inside a sort function, a gsub function or a metamethod", (int)run->op_length, run->op);
    }
    fls_buffer_reset(&run->out, (size_t)run->limits.output_bytes);
    fls_json_encode(L, 2, &run->out, (int)run->limits.nesting);
    return lua_yield(L, 0); /* what the host answers becomes the results of this function */
}

static int host_note(lua_State *L) {
    fls_run *run = fls_run_of(L);
    lua_settop(L, 2);
    check_op(L);
    if (run->notes >= run->limits.notes) {
        return 0;
    }
    fls_buffer_reset(&run->scratch, FLS_WIRE_NOTE_MAX);
    fls_json_encode(L, 2, &run->scratch, (int)run->limits.nesting);
    run->notes++;
    run->note_bytes += run->scratch.length;
    if (run->note_bytes > run->limits.output_bytes) {
        run->notes = run->limits.notes;
    }
    if (run->listener.note != NULL) {
        run->listener.note(run->listener.context, run->op, run->op_length, run->scratch.data, run->scratch.length);
        if (run->notes == run->limits.notes) { /* the last one says so */
            static const char more[] = "{\"dropped\":true}";
            run->listener.note(run->listener.context, "notes", 5, more, sizeof more - 1);
        }
    }
    return 0;
}

static int host_finish(lua_State *L) {
    fls_run *run = fls_run_of(L);
    lua_settop(L, 1);
    fls_buffer_reset(&run->out, (size_t)run->limits.output_bytes);
    fls_json_encode(L, 1, &run->out, (int)run->limits.nesting);
    run->finishing = true;
    if (lua_isyieldable(L)) {
        return lua_yield(L, 0); /* never resumed: no pcall can see it */
    }
    fls_end(L, FLS_FINISHED);
}

/* ---- modules ---- */

static int finish_require(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &modules);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return 1;
}

static int host_require(lua_State *L) {
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &modules);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, 2) != LUA_TNIL) {
        if (lua_touserdata(L, -1) == &loading) {
            fls_raise(L, FLS_CODE_SCRIPT, "module '%.100s' requires itself, or did not load before", name);
        }
        return 1;
    }
    const fls_script *script = strlen(name) == length ? fls_bundle_find(fls_run_of(L)->bundle, name) : NULL;
    /* The prelude's own state is one for all customers: whatever a prelude asks for, nothing of a plugin's becomes part of it. */
    if (script == NULL || (script->kind == FLS_SCRIPT_PLUGIN && fls_run_of(L)->region.at_home)) {
        fls_raise(L, FLS_CODE_SCRIPT, "there is no module '%.100s'", name);
    }
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)&loading);
    lua_rawset(L, 2);
    lua_settop(L, 1);
    fls_bundle_load(L, script);
    lua_pushvalue(L, 1);
    int count = 1;
    if (script->kind == FLS_SCRIPT_HOST) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &self); /* the host's own modules get its functions, too */
        count = 2;
    }
    lua_callk(L, count, 1, 0, finish_require);
    return finish_require(L, LUA_OK, 0);
}

static int host_has(lua_State *L) {
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    lua_pushboolean(L, strlen(name) == length && fls_bundle_find(fls_run_of(L)->bundle, name) != NULL);
    return 1;
}

/* ---- the rest ---- */

static int host_where(lua_State *L) {
    const char *chunk;
    int line;
    lua_Integer level = luaL_optinteger(L, 1, 1);
    if (level < 1 || level > 100 || !fls_position(L, (int)level, &chunk, &line)) {
        return 0;
    }
    lua_pushstring(L, chunk);
    lua_pushinteger(L, line);
    return 2;
}

static int host_setmetatable(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int json_decode(lua_State *L) {
    size_t length;
    if (lua_type(L, 1) != LUA_TSTRING) {
        fls_raise(L, FLS_CODE_SCRIPT, "json.decode: the text must be a string, not %s", luaL_typename(L, 1));
    }
    const char *text = lua_tolstring(L, 1, &length);
    lua_settop(L, 1);
    fls_json_decode(L, text, length, (int)fls_run_of(L)->limits.nesting, true); /* what scripts read comes from outside */
    return 1;
}

static int json_encode(lua_State *L) {
    fls_run *run = fls_run_of(L);
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    fls_buffer_reset(&run->scratch, (size_t)run->limits.memory_bytes);
    fls_json_encode(L, 1, &run->scratch, (int)run->limits.nesting);
    lua_pushlstring(L, run->scratch.data, run->scratch.length);
    return 1;
}

static int json_array(lua_State *L) {
    if (lua_isnoneornil(L, 1)) {
        lua_settop(L, 0);
        lua_createtable(L, 0, 0);
    } else if (lua_type(L, 1) != LUA_TTABLE) {
        fls_raise(L, FLS_CODE_SCRIPT, "json.array: a list must be a table, not %s", luaL_typename(L, 1));
    } else if (lua_getmetatable(L, 1) && !fls_json_is_array(L, 1)) {
        fls_raise(L, FLS_CODE_SCRIPT, "json.array: the table has a metatable already");
    }
    lua_settop(L, 1);
    fls_json_mark_array(L);
    return 1;
}

static void open_json(lua_State *L) {
    static const luaL_Reg functions[] = {{"decode", json_decode}, {"encode", json_encode}, {"array", json_array}, {NULL, NULL}};
    luaL_newlib(L, functions);
    fls_json_push_null(L);
    lua_setfield(L, -2, "null");
}

static void drop_nulls(lua_State *L, int table, int depth) {
    if (depth > NESTING_MAX || !lua_checkstack(L, 4)) {
        fls_raise(L, FLS_CODE_NESTING, "the value is nested more than %d deep", NESTING_MAX);
    }
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -1) == LUA_TTABLE) {
            drop_nulls(L, lua_gettop(L), depth + 1);
        } else if (lua_type(L, -2) == LUA_TSTRING && fls_json_is_null(L, -1)) {
            lua_pushvalue(L, -2);
            lua_pushnil(L);
            lua_rawset(L, table); /* what a walk has reached may be removed */
        }
    }
}

/* without_nulls(value): the value, its named fields that hold null removed, and so on inside it. Takes what the host or a decoder made: no cycles. */
static int host_without_nulls(lua_State *L) {
    lua_settop(L, 1);
    if (lua_type(L, 1) == LUA_TTABLE) {
        drop_nulls(L, 1, 1);
    }
    return 1;
}

static int wrapped_end(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    return lua_gettop(L);
}

static int wrapped(lua_State *L) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, wrapped_end);
    return wrapped_end(L, LUA_OK, 0);
}

/* wrap(f): f behind a C function. A script's `return f(...)` is a tail call; into Lua it gives up the script's frame, and with it the line. */
static int host_wrap(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

void fls_open_host(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"call", host_call}, {"note", host_note}, {"finish", host_finish}, {"require", host_require}, {"has", host_has},
        {"where", host_where}, {"without_nulls", host_without_nulls}, {"wrap", host_wrap}, {"setmetatable", host_setmetatable}, {NULL, NULL},
    };
    lua_createtable(L, 0, 0);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &modules);
    lua_createtable(L, 0, 12);
    luaL_setfuncs(L, functions, 0);
    open_json(L);
    lua_setfield(L, -2, "json");
    fls_open_crypto(L);
    lua_setfield(L, -2, "crypto");
    fls_push_plugin_globals(L);
    lua_setfield(L, -2, "env");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &self);
}
