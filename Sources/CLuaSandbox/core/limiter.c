#include "core/limiter.h"

#include "core/trace.h"

#include <stdlib.h>
#include <time.h>

enum {
    INSTRUCTIONS = 1000,             /* between two looks at the clock */
    UNCOLLECTED_BYTES = 1024 * 1024, /* a run that stays below never starts the collector */
    SLACK_BYTES = 256 * 1024,        /* what the run's region holds beyond the blocks in use, for rounding */
};

uint64_t fls_cpu_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t fls_held(const fls_run *run) {
    return run->region.held + run->region.home_size + run->out.capacity + run->scratch.capacity;
}

static void on_count(lua_State *L, lua_Debug *debug);

static int mask(const fls_run *run) {
    return run->limits.trace == FLS_TRACE_OFF ? LUA_MASKCOUNT : LUA_MASKCOUNT | LUA_MASKLINE;
}

/*
 * The cap is soft up to twice its size: passing it makes the hook run at the next instruction, collect, and end the run if that did not
 * help. Only what lies beyond is refused, because a refusal makes Lua run its emergency collector, which is not safe in 5.4.4.
 */
void *fls_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    fls_run *run = context;
    size_t held = block == NULL ? 0 : old_size; /* for a new block Lua passes its type instead */
    if (new_size == 0) {
        fls_region_resize(&run->region, block, held, 0);
        run->used -= held;
        return NULL;
    }
    if (new_size > held) {
        size_t more = new_size - held;
        size_t cap = (size_t)run->limits.memory_bytes, hard = 2 * cap;
        if (more > hard || run->used > hard - more) {
            if (run->listener.out_of_memory != NULL) {
                run->listener.out_of_memory(run->listener.context, true);
            }
            return NULL;
        }
        if (run->used + more > cap && !run->over_memory) {
            run->over_memory = true;
            if (run->co != NULL) {
                lua_sethook(run->co, on_count, mask(run), 1); /* may be called at any moment, as from a signal handler */
            }
        }
    }
    run->region.limit = 2 * (size_t)run->limits.memory_bytes + SLACK_BYTES;
    run->region.is_full = false;
    void *result = fls_region_resize(&run->region, block, held, new_size);
    if (result == NULL) {
        if (run->listener.out_of_memory != NULL) {
            /* The system refused: a run that holds more than its cap, in blocks it has freed or in pieces that nothing fits between, is why. */
            run->listener.out_of_memory(run->listener.context, run->region.is_full || fls_held(run) > run->limits.memory_bytes);
        }
        return NULL;
    }
    run->used = run->used - held + new_size;
    return result;
}

static void collect(lua_State *L, fls_run *run) {
    if (run->over_memory) {
        run->over_memory = false;
        lua_gc(L, LUA_GCCOLLECT);
        if (run->used > run->limits.memory_bytes) {
            run->verdict = FLS_OVER_MEMORY;
        } else {
            lua_sethook(L, on_count, mask(run), INSTRUCTIONS);
        }
    }
    if (!run->collecting && run->used > UNCOLLECTED_BYTES) {
        run->collecting = true;
        lua_gc(L, LUA_GCRESTART);
    }
}

static void look_at_clock(fls_run *run) {
    uint64_t slice = fls_cpu_now_ns() - run->slice_started_ns;
    if (slice > run->limits.slice_cpu_ms * UINT64_C(1000000)) {
        run->verdict = FLS_OVER_CPU;
    } else if (run->cpu_used_ns + slice > run->limits.run_cpu_ms * UINT64_C(1000000)) {
        run->verdict = FLS_OVER_RUN_CPU;
    }
}

static void on_count(lua_State *L, lua_Debug *debug) {
    fls_run *run = fls_run_of(L);
    if (debug->event == LUA_HOOKLINE) {
        if (run->verdict == FLS_LIVE) {
            fls_trace_line(L, debug);
        }
        return;
    }
    if (run->verdict == FLS_LIVE) {
        collect(L, run);
    }
    if (run->verdict == FLS_LIVE) {
        look_at_clock(run);
    }
    if (run->verdict != FLS_LIVE) {
        fls_end(L, run->verdict);
    }
}

void fls_arm(lua_State *L) {
    fls_run *run = fls_run_of(L);
    lua_sethook(L, on_count, mask(run), run->over_memory || run->verdict != FLS_LIVE ? 1 : INSTRUCTIONS);
}

_Noreturn void fls_end(lua_State *L, fls_verdict verdict) {
    fls_run *run = fls_run_of(L);
    run->verdict = verdict;
    lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    lua_pushboolean(L, 0); /* needs no memory; the report looks at the verdict */
    lua_error(L);
    abort(); /* not reached: lua_error does not return, but its declaration does not say so */
}
