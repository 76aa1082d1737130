#include "run/report.h"

#include "core/bundle.h"
#include "core/limiter.h"
#include "core/raise.h"
#include "json/encode.h"
#include "json/value.h"
#include "library/base.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum {
    MESSAGE_BYTES = 4096,
    VALUE_BYTES = 16 * 1024,
    TRACEBACK_LINES = 20,
};

static const char *code_name(fls_code code) {
    static const char *const names[] = {"script_error", "cpu_limit", "memory_limit", "output_limit", "nesting_limit", "syntax_error", "bad_request"};
    return names[code];
}

/* Where `text` begins with "shown:line: ", the length of that; writes the line. */
static size_t prefix(const char *text, size_t length, const char *shown, int *line) {
    size_t at = strlen(shown);
    if (at >= length || memcmp(text, shown, at) != 0 || text[at] != ':') {
        return 0;
    }
    size_t first = ++at;
    int number = 0;
    for (; at < length && at - first < 9 && text[at] >= '0' && text[at] <= '9'; at++) {
        number = number * 10 + (text[at] - '0');
    }
    if (at == first || at + 1 >= length || text[at] != ':' || text[at + 1] != ' ') {
        return 0;
    }
    *line = number;
    return at + 2;
}

/* ---- the report ---- */

typedef struct {
    const char *script;
    int line;
    const char *message;
    size_t length;
} found;

/* Takes the position that Lua wrote before a message off it, and believes it where it is the plugin's. */
static void take_prefix(fls_run *run, lua_State *at, found *f) {
    static const char unknown[] = "?:-1: "; /* the host's own modules carry no lines; what the script did is named by its own frame */
    int line = 0;
    if (f->length >= sizeof unknown - 1 && memcmp(f->message, unknown, sizeof unknown - 1) == 0) {
        f->message += sizeof unknown - 1;
        f->length -= sizeof unknown - 1;
        return;
    }
    for (size_t i = 0; i < run->bundle->count; i++) {
        const fls_script *script = &run->bundle->scripts[i];
        size_t skip = prefix(f->message, f->length, script->shown, &line);
        if (skip > 0) {
            f->message += skip;
            f->length -= skip;
            if (script->kind == FLS_SCRIPT_PLUGIN) {
                f->script = script->chunk + 1;
                f->line = line;
            }
            return;
        }
    }
    lua_Debug frame; /* text given to `load` has a chunk that is not in the bundle */
    for (int i = 0; i < TRACEBACK_LINES && lua_getstack(at, i, &frame); i++) {
        lua_getinfo(at, "Sl", &frame);
        size_t skip = prefix(f->message, f->length, frame.short_src, &line);
        if (skip > 0) {
            f->message += skip;
            f->length -= skip;
            if (fls_is_plugin(&frame)) {
                f->script = frame.source + 1;
                f->line = line;
            }
            return;
        }
    }
}

static int guarded_tostring(lua_State *L) {
    size_t length;
    fls_tostring(L, 1, &length);
    return 1;
}

static int guarded_encode(lua_State *L) {
    fls_run *run = fls_run_of(L);
    fls_json_encode(L, 1, &run->scratch, (int)run->limits.nesting);
    return 0;
}

/* The message of the error value, which is the only thing on the main thread's stack. Anchors what it returns there. */
static void find_message(fls_run *run, lua_State *L, found *f) {
    static const char *const kinds[] = {"nil", "a boolean", "userdata", "a number", "a string", "a table", "a function", "userdata", "a thread"};
    int type = lua_type(L, 1);
    char text[64];
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "message");
        if (lua_rawget(L, 1) != LUA_TSTRING) {
            lua_settop(L, 1);
            lua_pushcfunction(L, guarded_tostring); /* a script's __tostring runs under the hook, and may fail */
            lua_pushvalue(L, 1);
            fls_arm(L);
            int status = lua_pcall(L, 1, 1, 0);
            lua_sethook(L, NULL, 0, 0);
            if (status != LUA_OK || run->verdict != FLS_LIVE || (lua_isstring(L, -1) && strcmp(lua_tostring(L, -1), "table") == 0)) {
                lua_settop(L, 1);
                lua_pushliteral(L, "the error object is a table without a message");
            }
        }
    } else if (type == LUA_TSTRING || type == LUA_TNUMBER) {
        lua_pushvalue(L, 1);
    } else {
        snprintf(text, sizeof text, "the error object is %s", type == LUA_TNONE ? "nothing" : fls_json_is_null(L, 1) ? "null" : kinds[type]);
        lua_pushstring(L, text);
    }
    f->message = lua_tolstring(L, -1, &f->length);
}

static void field(fls_buffer *out, const char *name, const char *text, size_t length, size_t limit) {
    fls_buffer_text(out, name);
    fls_buffer_json_lossy(out, text, length, limit);
}

static void traceback(fls_buffer *out, lua_State *at) {
    const char *before = ",\"traceback\":[";
    lua_Debug frame;
    int lines = 0;
    for (int i = 0; i < FLS_STACK_LEVELS && lines < TRACEBACK_LINES && lua_getstack(at, i, &frame); i++) {
        lua_getinfo(at, "Sl", &frame);
        if (fls_is_plugin(&frame) && frame.currentline > 0) {
            fls_buffer_text(out, before);
            field(out, "{\"script\":", frame.source + 1, strlen(frame.source + 1), 256);
            fls_buffer_text(out, ",\"line\":");
            fls_buffer_integer(out, frame.currentline);
            fls_buffer_byte(out, '}');
            before = ",";
            lines++;
        }
    }
    fls_buffer_text(out, lines == 0 ? ",\"traceback\":[]" : "]");
}

static void begin(fls_run *run, fls_code code, const found *f) {
    fls_buffer *out = &run->out;
    fls_buffer_reset(out, FLS_WIRE_ERROR_MAX);
    field(out, "{\"code\":", code_name(code), strlen(code_name(code)), 64);
    field(out, ",\"message\":", f->message, f->length, MESSAGE_BYTES);
    const char *script = f->script != NULL ? f->script : fls_bundle_plugin(run->bundle);
    if (script != NULL) {
        field(out, ",\"script\":", script, strlen(script), 256);
    }
    if (f->script != NULL && f->line > 0) {
        fls_buffer_text(out, ",\"line\":");
        fls_buffer_integer(out, f->line);
    }
}

void fls_report_text(fls_run *run, fls_code code, const char *message, size_t length, const char *script, int line) {
    found f = {.script = script, .line = line, .message = message, .length = length};
    begin(run, code, &f);
    fls_buffer_text(&run->out, ",\"traceback\":[]}");
}

static fls_code verdict_message(fls_run *run, char *text, size_t size) {
    switch (run->verdict) {
    case FLS_OVER_CPU:
        snprintf(text, size, "the script used more than %" PRIu32 " ms of CPU without a host call", run->limits.slice_cpu_ms);
        return FLS_CODE_CPU;
    case FLS_OVER_RUN_CPU:
        snprintf(text, size, "the run used more than %" PRIu32 " ms of CPU in all", run->limits.run_cpu_ms);
        return FLS_CODE_CPU;
    case FLS_OVER_MEMORY:
    default:
        snprintf(text, size, "the script used more than %" PRIu64 " bytes of memory", run->limits.memory_bytes);
        return FLS_CODE_MEMORY;
    }
}

void fls_report(fls_run *run, lua_State *at, int status) {
    lua_State *L = run->L;
    char text[128];
    found f = {0};
    fls_code code = FLS_CODE_SCRIPT;
    fls_position(at, 1, &f.script, &f.line);
    if (run->verdict == FLS_LIVE && status != LUA_ERRMEM) {
        if (at != L) {
            lua_settop(L, 0);
            if (lua_gettop(at) > 0) {
                lua_pushvalue(at, -1);
                lua_xmove(at, L, 1);
            }
        } else if (lua_gettop(L) > 1) {
            lua_rotate(L, 1, 1);
            lua_settop(L, 1);
        }
        find_message(run, L, &f); /* may itself run into a limit */
    }
    if (run->verdict != FLS_LIVE || status == LUA_ERRMEM) {
        code = verdict_message(run, text, sizeof text);
        f.message = text;
        f.length = strlen(text);
    } else {
        take_prefix(run, at, &f);
        size_t known = strlen(run->raised_text);
        if (known > 0 && f.length >= known && memcmp(f.message, run->raised_text, known) == 0) {
            code = run->raised;
        }
    }
    begin(run, code, &f);
    traceback(&run->out, at);
    if (code != FLS_CODE_CPU && code != FLS_CODE_MEMORY && lua_istable(L, 1)) {
        fls_buffer_reset(&run->scratch, VALUE_BYTES);
        lua_pushcfunction(L, guarded_encode);
        lua_pushvalue(L, 1);
        if (lua_pcall(L, 1, 0, 0) == LUA_OK) {
            field(&run->out, ",\"value\":", run->scratch.data, run->scratch.length, VALUE_BYTES); /* as text that holds JSON */
        }
    }
    fls_buffer_byte(&run->out, '}');
}
