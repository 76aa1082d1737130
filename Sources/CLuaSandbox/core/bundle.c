#include "core/bundle.h"

#include "base/buffer.h"
#include "core/globals.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRIPTS_MAX = 256 };

/* ---- reading the wire form ---- */

typedef struct {
    const uint8_t *at, *end;
    bool good;
} reader;

static uint32_t read_u32(reader *r) {
    if (r->end - r->at < 4) {
        r->good = false;
        return 0;
    }
    uint32_t value = (uint32_t)r->at[0] | (uint32_t)r->at[1] << 8 | (uint32_t)r->at[2] << 16 | (uint32_t)r->at[3] << 24;
    r->at += 4;
    return value;
}

static const char *read_text(reader *r, size_t *length) {
    *length = read_u32(r);
    if (!r->good || (size_t)(r->end - r->at) < *length) {
        r->good = false;
        *length = 0;
        return "";
    }
    const char *text = (const char *)r->at;
    r->at += *length;
    return text;
}

static char *copy(const char *before, const char *text, size_t length) {
    size_t first = strlen(before);
    char *result = malloc(first + length + 1);
    if (result != NULL) {
        memcpy(result, before, first);
        memcpy(result + first, text, length);
        result[first + length] = 0;
    }
    return result;
}

/* ---- compiling ---- */

typedef struct {
    size_t used, cap;
} budget;

static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    budget *b = context;
    size_t held = block == NULL ? 0 : old_size;
    if (new_size == 0) {
        free(block);
        b->used -= held;
        return NULL;
    }
    if (new_size > held && (new_size - held > b->cap || b->used > b->cap - (new_size - held))) {
        return NULL;
    }
    void *result = realloc(block, new_size);
    if (result != NULL) {
        b->used = b->used - held + new_size;
    }
    return result;
}

static int write_code(lua_State *L, const void *bytes, size_t length, void *context) {
    (void)L;
    return fls_buffer_append(context, bytes, length) ? 0 : 1;
}

typedef struct {
    fls_script *script;
    const char *source;
    size_t length;
    fls_buffer code;
} compilation;

static int compile(lua_State *L) {
    compilation *c = lua_touserdata(L, 1);
    lua_Debug about;
    if (luaL_loadbufferx(L, c->source, c->length, c->script->chunk, "t") != LUA_OK) {
        return lua_error(L);
    }
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &about);
    memcpy(c->script->shown, about.short_src, sizeof about.short_src);
    /* Errors never show lines of the host's own scripts: without their debug information every run loads faster. */
    if (lua_dump(L, write_code, &c->code, c->script->kind != FLS_SCRIPT_PLUGIN) != 0) {
        return luaL_error(L, "not enough memory to keep the compiled script");
    }
    return 0;
}

/* Writes {"code","message","script","line"} for a chunk that does not compile. */
static char *syntax_error(const fls_script *script, const char *message, bool memory) {
    fls_buffer out = {0};
    fls_buffer_reset(&out, 64 * 1024);
    int line = 0, taken = 0;
    const char *colon = strstr(message, ":"); /* "shown:line: what": the shown name is not known where nothing was compiled */
    for (const char *at = colon; at != NULL; at = strstr(at + 1, ":")) {
        if (sscanf(at, ":%9d: %n", &line, &taken) == 1 && taken > 0) {
            message = at + taken;
            break;
        }
    }
    fls_buffer_text(&out, memory ? "{\"code\":\"memory_limit\",\"message\":" : "{\"code\":\"syntax_error\",\"message\":");
    fls_buffer_json_lossy(&out, message, strlen(message), 1024);
    fls_buffer_text(&out, ",\"script\":");
    fls_buffer_json_lossy(&out, script->chunk + 1, strlen(script->chunk + 1), 256);
    if (line > 0) {
        fls_buffer_text(&out, ",\"line\":");
        fls_buffer_integer(&out, line);
    }
    fls_buffer_text(&out, ",\"traceback\":[]}");
    fls_buffer_byte(&out, 0);
    if (out.state != FLS_BUFFER_OK) {
        fls_buffer_free(&out);
        return NULL;
    }
    return out.data;
}

static bool compile_script(fls_script *script, const char *source, size_t length, uint64_t memory_bytes, char **error) {
    budget b = {.cap = (size_t)memory_bytes};
    compilation c = {.script = script, .source = source, .length = length};
    fls_buffer_reset(&c.code, (size_t)memory_bytes);
    lua_State *L = lua_newstate(allocate, &b);
    if (L == NULL) {
        *error = syntax_error(script, "not enough memory to compile", true);
        return false;
    }
    lua_gc(L, LUA_GCSTOP); /* everything is thrown away at once */
    lua_pushcfunction(L, compile);
    lua_pushlightuserdata(L, &c);
    int status = lua_pcall(L, 1, 0, 0);
    if (status == LUA_OK) {
        script->code = c.code.data;
        script->code_length = c.code.length;
    } else {
        const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "cannot be compiled";
        *error = syntax_error(script, message, status == LUA_ERRMEM);
        fls_buffer_free(&c.code);
    }
    lua_close(L);
    return status == LUA_OK;
}

/* ---- the bundle ---- */

static void identify(fls_bundle *bundle, const void *bytes, size_t length) {
    uint8_t both[2 * FLS_SHA256_BYTES];
    memcpy(both, bundle->identity, FLS_SHA256_BYTES);
    fls_sha256(bytes, length, both + FLS_SHA256_BYTES);
    fls_sha256(both, sizeof both, bundle->identity);
}

static bool add(fls_bundle *bundle, reader *r, uint64_t memory_bytes, char **error) {
    fls_script *script = &bundle->scripts[bundle->count];
    script->kind = r->good && r->at < r->end ? *r->at++ : -1;
    size_t name_length, chunk_length, length;
    const char *name = read_text(r, &name_length), *chunk = read_text(r, &chunk_length), *source = read_text(r, &length);
    bool first = bundle->count == 0;
    if (!r->good || script->kind < FLS_SCRIPT_PRELUDE || script->kind > FLS_SCRIPT_PLUGIN || first != (script->kind == FLS_SCRIPT_PRELUDE)) {
        *error = strdup("{\"code\":\"bad_request\",\"message\":\"the bundle is malformed\",\"traceback\":[]}");
        return false;
    }
    bundle->count++;
    script->name = copy("", name, name_length);
    script->chunk = copy(script->kind == FLS_SCRIPT_PLUGIN ? "@" : "=", chunk, chunk_length);
    if (script->name == NULL || script->chunk == NULL || !compile_script(script, source, length, memory_bytes, error)) {
        return false;
    }
    if (script->kind != FLS_SCRIPT_PLUGIN) {
        identify(bundle, script->name, name_length);
        identify(bundle, script->code, script->code_length);
    }
    return true;
}

fls_bundle *fls_bundle_create(const uint8_t *bytes, size_t length, uint64_t memory_bytes, char **error) {
    reader r = {.at = bytes, .end = bytes + length, .good = true};
    *error = NULL;
    uint32_t count = read_u32(&r);
    fls_bundle *bundle = calloc(1, sizeof *bundle);
    if (bundle == NULL) {
        return NULL;
    }
    bundle->references = 1;
    if (count == 0 || count > SCRIPTS_MAX) {
        *error = strdup("{\"code\":\"bad_request\",\"message\":\"a bundle holds 1 to 256 scripts\",\"traceback\":[]}");
        fls_bundle_release(bundle);
        return NULL;
    }
    bundle->scripts = calloc(count, sizeof *bundle->scripts);
    for (uint32_t i = 0; i < count; i++) {
        if (bundle->scripts == NULL || !add(bundle, &r, memory_bytes, error)) {
            fls_bundle_release(bundle);
            return NULL;
        }
    }
    return bundle;
}

void fls_bundle_release(fls_bundle *bundle) {
    if (bundle == NULL || --bundle->references > 0) {
        return;
    }
    for (size_t i = 0; i < bundle->count; i++) {
        free(bundle->scripts[i].name);
        free(bundle->scripts[i].chunk);
        free(bundle->scripts[i].code);
    }
    free(bundle->scripts);
    free(bundle);
}

const fls_script *fls_bundle_find(const fls_bundle *bundle, const char *name) {
    for (size_t i = 1; i < bundle->count; i++) {
        if (strcmp(bundle->scripts[i].name, name) == 0) {
            return &bundle->scripts[i];
        }
    }
    return NULL;
}

const char *fls_bundle_plugin(const fls_bundle *bundle) {
    for (size_t i = 0; i < bundle->count; i++) {
        if (bundle->scripts[i].kind == FLS_SCRIPT_PLUGIN) {
            return bundle->scripts[i].chunk + 1;
        }
    }
    return NULL;
}

void fls_bundle_load(lua_State *L, const fls_script *script) {
    if (luaL_loadbufferx(L, script->code, script->code_length, script->chunk, "b") != LUA_OK) {
        lua_error(L);
    }
    if (script->kind == FLS_SCRIPT_PLUGIN) {
        fls_push_plugin_globals(L);
    } else {
        fls_push_host_globals(L);
    }
    lua_setupvalue(L, -2, 1); /* a main function's only upvalue is its globals */
}
