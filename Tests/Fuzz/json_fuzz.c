/*
 * Feeds the JSON codec with anything: it must neither crash, nor leak, nor accept what it cannot give back unchanged.
 * `scripts/fuzz` builds and runs it; inputs that once failed are kept beside it.
 */
#include "core/limiter.h"
#include "json/decode.h"
#include "json/encode.h"
#include "json/value.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static struct fls_run run;
static lua_State *L;

typedef struct {
    const char *text;
    size_t length;
} input;

/* Leaves the value, and what it encodes to in `out`. */
static int decode_and_encode(lua_State *state) {
    const input *given = lua_touserdata(state, 1);
    fls_json_decode(state, given->text, given->length, 64, false);
    fls_buffer_reset(&run.out, 1 << 20);
    fls_json_encode(state, -1, &run.out, 64);
    return 0;
}

static int attempt(const char *text, size_t length) {
    input given = {.text = text, .length = length};
    lua_settop(L, 0);
    lua_pushcfunction(L, decode_and_encode);
    lua_pushlightuserdata(L, &given);
    return lua_pcall(L, 1, 0, 0);
}

static int open_json(lua_State *state) {
    fls_json_open(state);
    return 0;
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
    run.limits.memory_bytes = 64 << 20;
    L = lua_newstate(fls_allocate, &run);
    run.L = L;
    *(fls_run **)lua_getextraspace(L) = &run;
    lua_pushcfunction(L, open_json);
    return lua_pcall(L, 0, 0, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *exact = malloc(size + (size == 0)); /* so that reading one byte too many is seen */
    if (exact == NULL) {
        return 0;
    }
    memcpy(exact, data, size);
    int status = attempt(exact, size);
    free(exact);
    if (status == LUA_OK) {
        fls_buffer first = run.out;
        memset(&run.out, 0, sizeof run.out);
        status = attempt(first.data, first.length);
        if (status != LUA_OK || first.length != run.out.length || memcmp(first.data, run.out.data, first.length) != 0) {
            abort(); /* what was encoded must read back as the same */
        }
        fls_buffer_free(&first);
    }
    return 0;
}
