/* One run: set-up, start, resume, end. All work on Lua is done by `work`, under one pcall. */
#include "fls_run.h"

#include "core/bundle.h"
#include "core/limiter.h"
#include "core/raise.h"
#include "core/run_state.h"
#include "json/decode.h"
#include "json/encode.h"
#include "run/prepare.h"
#include "run/report.h"
#include "run/template.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    fls_run *run;
    const char *text; /* request or reply */
    size_t length;
    const char *attachment;
    size_t attachment_length;
    fls_status status;
    bool decoding;    /* a fault here is the host's */
} turn;

enum { FIRST_BYTES = 64 * 1024 }; /* for an empty state, before the run's own limit is known */

/* Pushes what the host sent on the script's thread. */
static void receive(lua_State *L, turn *t) {
    t->decoding = true;
    fls_json_decode(L, t->text, t->length, (int)t->run->limits.nesting + 8, false); /* room for the host's own envelope */
    t->decoding = false;
    lua_xmove(L, t->run->co, 1);
}

static int resume(lua_State *L, lua_State *co, int arguments) {
    int results;
    lua_settop(L, 0);
    return lua_resume(co, L, arguments, &results);
}

static int begin(lua_State *L, turn *t) {
    fls_run *run = t->run;
    if (run->home == NULL) {
        int status = fls_run_prepare(L, run);
        if (status != LUA_OK) {
            return status;
        }
    }
    receive(L, t);
    if (t->attachment_length > 0) {
        lua_settop(L, 0);
        lua_pushlstring(L, t->attachment, t->attachment_length);
        lua_xmove(L, run->co, 1);
    }
    fls_arm(run->co);
    return resume(L, run->co, t->attachment_length > 0 ? 2 : 1);
}

static int work(lua_State *L) {
    turn *t = lua_touserdata(L, 1);
    fls_run *run = t->run;
    int status;
    if (run->stage == FLS_STAGE_NEW) {
        status = begin(L, t);
    } else {
        receive(L, t);
        fls_arm(run->co);
        status = resume(L, run->co, 1);
    }
    if (run->finishing) {
        t->status = FLS_DONE;
    } else if (run->verdict != FLS_LIVE || (status != LUA_OK && status != LUA_YIELD)) {
        t->status = FLS_ERROR;
        fls_report(run, run->co, status == LUA_YIELD ? LUA_OK : status);
    } else if (status == LUA_YIELD) {
        t->status = FLS_CALL;
    } else {
        lua_settop(L, 0);
        if (lua_gettop(run->co) == 0) {
            lua_pushnil(L);
        } else {
            lua_settop(run->co, 1);
            lua_xmove(run->co, L, 1);
        }
        fls_buffer_reset(&run->out, (size_t)run->limits.output_bytes);
        fls_json_encode(L, 1, &run->out, (int)run->limits.nesting);
        t->status = FLS_DONE;
    }
    return 0;
}

/* An error outside the script's thread: the request, the result, or no memory left to report anything better. */
static void report_outside(fls_run *run, const turn *t, int status) {
    const char *text = lua_type(run->L, -1) == LUA_TSTRING ? lua_tostring(run->L, -1) : "the script failed";
    fls_code code = t->decoding ? FLS_CODE_REQUEST : run->raised;
    if (status == LUA_ERRMEM || run->verdict == FLS_OVER_MEMORY) {
        code = FLS_CODE_MEMORY;
        text = "the script used more memory than its limit";
    } else if (run->verdict == FLS_OVER_CPU || run->verdict == FLS_OVER_RUN_CPU) {
        code = FLS_CODE_CPU;
        text = "the script used more CPU than its limit";
    }
    fls_report_text(run, code, text, strlen(text), NULL, 0);
}

/* Which of the plugin's scripts made the call that the run waits for, and where in it. */
static void find_caller(fls_run *run, fls_outcome *outcome) {
    const char *chunk = NULL;
    int line = 0;
    if (!fls_position(run->co, 1, &chunk, &line)) {
        return;
    }
    for (size_t i = 1; i < run->bundle->count; i++) {
        const fls_script *script = &run->bundle->scripts[i];
        if (script->kind == FLS_SCRIPT_PLUGIN && strcmp(script->chunk + 1, chunk) == 0) {
            outcome->script = (uint32_t)i;
            outcome->line = (uint32_t)line;
            return;
        }
    }
}

static fls_outcome take_turn(fls_run *run, fls_stage expected, turn t) {
    t.run = run;
    t.status = FLS_ERROR;
    if (run->stage != expected) {
        static const char message[] = "the run is not at a point where it can be started or resumed";
        fls_report_text(run, FLS_CODE_REQUEST, message, sizeof message - 1, NULL, 0);
    } else {
        lua_State *L = run->L;
        run->slice_started_ns = fls_cpu_now_ns();
        run->raised = FLS_CODE_SCRIPT;
        lua_settop(L, 0); /* none of these four can raise */
        lua_pushcfunction(L, work);
        lua_pushlightuserdata(L, &t);
        int status = lua_pcall(L, 1, 0, 0);
        if (status != LUA_OK) {
            t.status = FLS_ERROR;
            report_outside(run, &t, status);
        }
        run->cpu_used_ns += fls_cpu_now_ns() - run->slice_started_ns;
    }
    if (run->out.state != FLS_BUFFER_OK) { /* an error that did not even fit in memory */
        static const char message[] = "{\"code\":\"memory_limit\",\"message\":\"not enough memory\",\"traceback\":[]}";
        run->stage = FLS_STAGE_ENDED;
        return (fls_outcome){.status = FLS_ERROR, .payload = message, .payload_length = sizeof message - 1};
    }
    run->stage = t.status == FLS_CALL ? FLS_STAGE_WAITING : FLS_STAGE_ENDED;
    fls_buffer_shrink(&run->scratch);
    fls_outcome outcome = {
        .status = t.status,
        .op = run->op,
        .op_length = t.status == FLS_CALL ? run->op_length : 0,
        .payload = run->out.data,
        .payload_length = run->out.length,
        .held_bytes = fls_held(run),
    };
    if (t.status == FLS_CALL) {
        find_caller(run, &outcome);
    }
    return outcome;
}

/* A run with a state that is still empty. */
static fls_run *create(void) {
    fls_run *run = calloc(1, sizeof *run);
    if (run != NULL) {
        run->region.limit = FIRST_BYTES;
        run->limits.memory_bytes = FIRST_BYTES;
        run->L = lua_newstate(fls_allocate, run);
    }
    if (run == NULL || run->L == NULL) {
        free(run);
        return NULL;
    }
    *(fls_run **)lua_getextraspace(run->L) = run; /* each further thread inherits it */
    return run;
}

fls_run *fls_run_create(fls_bundle *bundle, fls_templates *templates, const fls_limits *limits, const fls_listener *listener) {
    fls_run *run = templates == NULL ? NULL : fls_template_copy(templates, bundle);
    if (run == NULL) {
        run = create();
    }
    if (run == NULL) {
        return NULL;
    }
    run->limits = *limits;
    if (run->limits.memory_bytes > SIZE_MAX / 4) {
        run->limits.memory_bytes = SIZE_MAX / 4; /* twice as much, and a little more, is still a number */
    }
    if (run->limits.nesting < 1 || run->limits.nesting > 150) {
        run->limits.nesting = 150; /* the codec is recursive, and Lua's C stack ends at 200 */
    }
    run->listener = *listener;
    run->bundle = bundle;
    bundle->references++;
    return run;
}

fls_outcome fls_run_start(fls_run *run, const char *request, size_t length, const char *attachment, size_t attachment_length) {
    return take_turn(
        run, FLS_STAGE_NEW, (turn){.text = request, .length = length, .attachment = attachment, .attachment_length = attachment_length}
    );
}

fls_outcome fls_run_resume(fls_run *run, const char *reply, size_t length) {
    return take_turn(run, FLS_STAGE_WAITING, (turn){.text = reply, .length = length});
}

/* The state is not closed: that would run nothing, for there are no finalizers, and all of its memory goes at once. */
void fls_run_free(fls_run *run) {
    if (run == NULL) {
        return;
    }
    fls_bundle_release(run->bundle);
    fls_buffer_free(&run->out);
    fls_buffer_free(&run->scratch);
    if (run->home != NULL) {
        fls_template_return(run->home);
    } else {
        fls_region_release(&run->region);
        free(run);
    }
}

void fls_run_position(fls_run *run, char *script, size_t size, int *line) {
    const char *chunk = NULL;
    *line = 0;
    if (run == NULL || run->co == NULL || !fls_position(run->co, 1, &chunk, line)) {
        chunk = run == NULL ? NULL : fls_bundle_plugin(run->bundle);
    }
    size_t at = 0;
    for (; chunk != NULL && chunk[at] != 0 && at + 1 < size; at++) {
        script[at] = chunk[at];
    }
    script[at] = 0;
}

const char *fls_lua_version(void) {
    return LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE;
}
