/*
 * Most runs begin with the same few thousand allocations: libraries, the prelude. They are made once, in memory of their own, and their bytes are kept;
 * they are copied back after each run. Lua's state is full of addresses, so the copy stands where the original stood.
 */
#include "run/template.h"

#include "core/bundle.h"
#include "core/limiter.h"
#include "run/prepare.h"

#include <stdlib.h>
#include <string.h>

enum {
    HOME_BYTES = 512 * 1024, /* what is never touched costs nothing */
    COPIES = 16,             /* runs that wait for the host keep theirs */
};

struct fls_template {
    fls_run run;         /* the state points to its run: it has one address, too */
    fls_run prepared;    /* the run as it is before its first slice */
    char *image;         /* the bytes at `home` then; NULL where the prelude failed or did not find room */
    size_t length;
    bool is_filled, is_in_use;
    uint8_t identity[FLS_SHA256_BYTES]; /* of the host's scripts that it was made from */
    char home[HOME_BYTES] __attribute__((aligned(16)));
};

struct fls_templates {
    fls_template *list[COPIES];
};

fls_templates *fls_templates_create(void) {
    return calloc(1, sizeof(fls_templates));
}

void fls_templates_free(fls_templates *all) {
    for (size_t i = 0; all != NULL && i < COPIES && all->list[i] != NULL; i++) {
        free(all->list[i]->image);
        free(all->list[i]);
    }
    free(all);
}

static int prepare(lua_State *L) {
    fls_run *run = lua_touserdata(L, 1);
    if (fls_run_prepare(L, run) != LUA_OK) {
        lua_pushnil(L);
        lua_error(L);
    }
    return 0;
}

/* Runs the bundle's prelude in `home`. */
static bool build(fls_template *t, fls_bundle *bundle) {
    fls_run *run = &t->run;
    memset(run, 0, sizeof *run);
    run->home = t;
    run->bundle = bundle;
    run->limits = (fls_limits){.slice_cpu_ms = 10, .run_cpu_ms = 10, .nesting = 64, .memory_bytes = HOME_BYTES}; /* the host's own script: never met */
    run->region = (fls_region){.home = t->home, .home_size = sizeof t->home, .at = t->home, .end = t->home + sizeof t->home, .at_home = true};
    run->slice_started_ns = fls_cpu_now_ns();
    run->L = lua_newstate(fls_allocate, run);
    if (run->L == NULL) {
        return false;
    }
    *(fls_run **)lua_getextraspace(run->L) = run;
    lua_pushcfunction(run->L, prepare);
    lua_pushlightuserdata(run->L, run);
    return lua_pcall(run->L, 1, 0, 0) == LUA_OK;
}

/* Makes the template one for the bundle's prelude, and keeps in mind where that does not work. */
static void fill(fls_template *t, fls_bundle *bundle) {
    free(t->image);
    t->image = NULL;
    t->is_filled = true;
    memcpy(t->identity, bundle->identity, sizeof t->identity);
    if (!build(t, bundle)) {
        return;
    }
    t->run.region.at_home = false;
    t->prepared = t->run;
    t->length = (size_t)(t->run.region.at - t->home);
    t->image = malloc(t->length);
    if (t->image != NULL) {
        memcpy(t->image, t->home, t->length);
    }
}

/* A template that no run uses, one for the bundle where there is any. */
static fls_template *choose(fls_templates *all, const fls_bundle *bundle) {
    fls_template *other = NULL;
    for (size_t i = 0; i < COPIES; i++) {
        if (all->list[i] == NULL) {
            all->list[i] = other == NULL ? calloc(1, sizeof(fls_template)) : NULL;
            return other == NULL ? all->list[i] : other;
        }
        fls_template *t = all->list[i];
        if (!t->is_in_use) {
            other = t;
            if (t->is_filled && memcmp(t->identity, bundle->identity, sizeof t->identity) == 0) {
                return t;
            }
        }
    }
    return other;
}

fls_run *fls_template_copy(fls_templates *all, fls_bundle *bundle) {
    fls_template *t = choose(all, bundle);
    if (t == NULL) {
        return NULL;
    }
    if (!t->is_filled || memcmp(t->identity, bundle->identity, sizeof t->identity) != 0) {
        fill(t, bundle);
    }
    if (t->image == NULL) {
        return NULL;
    }
    t->run = t->prepared;
    t->is_in_use = true;
    return &t->run;
}

/* Made ready at once: nobody waits now, and what the run knew does not stay in memory. */
void fls_template_return(fls_template *t) {
    size_t used = (size_t)((uintptr_t)t->run.region.at - (uintptr_t)t->home); /* where it went on elsewhere, all of `home` was used */
    used = used > sizeof t->home ? sizeof t->home : used;
    fls_region_release(&t->run.region);
    memcpy(t->home, t->image, t->length);
    memset(t->home + t->length, 0, used - t->length);
    t->is_in_use = false;
}
