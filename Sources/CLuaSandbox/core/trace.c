/* What an author's tools want to see of a run: each line of the plugin as it is reached, and what its locals hold then. Off unless the limits ask. */
#include "core/trace.h"

#include "core/run_state.h"

#include <stdio.h>

enum {
    LINE_BYTES = 16 * 1024,
    TEXT_BYTES = 120,
    MEMBERS = 6,
    LOCALS = 60,
    FRAMES = 200,
};

static void append_value(lua_State *L, int index, fls_buffer *out, int depth);

static void append_text(fls_buffer *out, lua_State *L, int index) {
    size_t length;
    const char *text = lua_tolstring(L, index, &length); /* a string already: nothing is converted */
    fls_buffer_json_lossy(out, text, length, TEXT_BYTES);
}

/* A table's first members in Lua's own order, without asking its metatable. */
static void append_table(lua_State *L, int index, fls_buffer *out, int depth) {
    int count = 0;
    if (depth == 0 || !lua_checkstack(L, 4)) {
        fls_buffer_text(out, "{…}");
        return;
    }
    fls_buffer_byte(out, '{');
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        if (count++ > 0) {
            fls_buffer_text(out, ", ");
        }
        if (count > MEMBERS) {
            fls_buffer_text(out, "…");
            lua_pop(L, 2);
            break;
        }
        if (lua_type(L, -2) == LUA_TSTRING) {
            size_t length;
            const char *key = lua_tolstring(L, -2, &length);
            fls_buffer_append(out, key, length > 40 ? 40 : length);
            fls_buffer_text(out, " = ");
        }
        append_value(L, lua_gettop(L), out, depth - 1);
    }
    fls_buffer_byte(out, '}');
}

static void append_value(lua_State *L, int index, fls_buffer *out, int depth) {
    char number[40];
    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        append_text(out, L, index);
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            fls_buffer_integer(out, lua_tointeger(L, index));
        } else {
            snprintf(number, sizeof number, "%.14g", lua_tonumber(L, index));
            fls_buffer_text(out, number);
        }
        break;
    case LUA_TBOOLEAN:
        fls_buffer_text(out, lua_toboolean(L, index) ? "true" : "false");
        break;
    case LUA_TTABLE:
        append_table(L, index, out, depth);
        break;
    case LUA_TLIGHTUSERDATA:
        fls_buffer_text(out, "null");
        break;
    default:
        fls_buffer_text(out, lua_typename(L, lua_type(L, index)));
    }
}

/* Local by local: name, NUL, value, NUL. The newest of a name is last. */
static void append_locals(lua_State *L, lua_Debug *frame, fls_buffer *out) {
    for (int i = 1; i <= LOCALS && lua_checkstack(L, 4); i++) {
        const char *name = lua_getlocal(L, frame, i);
        if (name == NULL) {
            return;
        }
        if (name[0] != '(') {
            fls_buffer_text(out, name);
            fls_buffer_byte(out, 0);
            append_value(L, lua_gettop(L), out, 2);
            fls_buffer_byte(out, 0);
        }
        lua_pop(L, 1);
    }
}

void fls_trace_line(lua_State *L, lua_Debug *frame) {
    fls_run *run = fls_run_of(L);
    lua_Debug outer;
    int depth = 0;
    if (run->listener.note == NULL || lua_getinfo(L, "Sl", frame) == 0 || frame->source[0] != '@') {
        return;
    }
    while (depth < FRAMES && lua_getstack(L, depth, &outer)) {
        depth++;
    }
    fls_buffer out = {0};
    fls_buffer_reset(&out, LINE_BYTES);
    fls_buffer_text(&out, frame->source + 1);
    fls_buffer_byte(&out, 0);
    fls_buffer_integer(&out, frame->currentline);
    fls_buffer_byte(&out, 0);
    fls_buffer_integer(&out, depth);
    fls_buffer_byte(&out, 0);
    fls_buffer_integer(&out, frame->linedefined);
    fls_buffer_byte(&out, 0);
    if (run->limits.trace == FLS_TRACE_LOCALS) {
        append_locals(L, frame, &out);
    }
    run->listener.note(run->listener.context, "trace", 5, out.data, out.length);
    fls_buffer_free(&out);
}
