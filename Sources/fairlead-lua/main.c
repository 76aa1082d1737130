/* A worker: runs plugin scripts for the host, one at a time, and can do nothing else. */
#include "confine.h"
#include "fls_run.h"
#include "fls_wire.h"
#include "frames.h"
#include "probe.h"
#include "table.h"
#include "watchdog.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    COMPILE_CPU_MS = 1000,
    COMPILE_BYTES = 64 * 1024 * 1024,
    GRACE_MS = 75, /* the instruction hook acts first: its error keeps the worker */
};

typedef struct {
    fls_bundle *compiled;
    char *error; /* where it did not compile */
} bundle;

typedef struct {
    fls_run *run;
    uint32_t slice_cpu_ms;
} running;

static table bundles, runs;
static fls_templates *templates; /* NULL where memory did not suffice */
static uint32_t executing; /* the run whose slice is executing */

/* ---- what a run says ---- */

static void send_note(void *context, const char *op, size_t op_length, const char *arguments, size_t length) {
    uint8_t first[FRAME_FIRST_MAX];
    put_u32(first, (uint32_t)op_length);
    memcpy(first + 4, op, op_length); /* at most 64 bytes */
    frame_write(FLS_FRAME_NOTE, *(const uint32_t *)context, first, 4 + op_length, arguments, length);
    watchdog_check();
}

static void out_of_memory(void *context, bool at_limit) {
    (void)context;
    if (!at_limit) {
        _exit(FLS_EXIT_STARVED);
    }
    watchdog_fail("memory_limit", "the script used more memory than its limit", FLS_EXIT_LIMIT);
}

static void answer(uint32_t id, const fls_outcome *outcome) {
    uint8_t first[FRAME_FIRST_MAX];
    size_t first_length = 0;
    uint8_t type = outcome->status == FLS_DONE ? FLS_FRAME_DONE : FLS_FRAME_ERROR;
    if (outcome->status == FLS_CALL) {
        type = FLS_FRAME_CALL;
        put_u64(first, outcome->held_bytes);
        put_u32(first + 8, outcome->script);
        put_u32(first + 12, outcome->line);
        put_u32(first + 16, (uint32_t)outcome->op_length);
        memcpy(first + FLS_WIRE_CALL_BYTES, outcome->op, outcome->op_length);
        first_length = FLS_WIRE_CALL_BYTES + outcome->op_length;
    }
    frame_write(type, id, first, first_length, outcome->payload, outcome->payload_length);
}

/* ---- what the host says ---- */

static void drop_bundle(uint32_t id) {
    bundle *b = table_remove(&bundles, id);
    if (b != NULL) {
        fls_bundle_release(b->compiled);
        free(b->error);
        free(b);
    }
}

static void drop_run(uint32_t id) {
    running *r = table_remove(&runs, id);
    if (r != NULL) {
        fls_run_free(r->run);
        free(r);
    }
}

static void take_bundle(const frame *f) {
    drop_bundle(f->id);
    bundle *b = calloc(1, sizeof *b);
    if (b == NULL || !table_put(&bundles, f->id, b)) {
        _exit(FLS_EXIT_STARVED);
    }
    watchdog_begin(NULL, f->id, COMPILE_CPU_MS);
    b->compiled = fls_bundle_create(f->payload, f->length, COMPILE_BYTES, &b->error);
    watchdog_end();
    if (b->compiled == NULL && b->error == NULL) {
        _exit(FLS_EXIT_STARVED);
    }
    frame_write(FLS_FRAME_COMPILED, f->id, NULL, 0, b->error, b->error == NULL ? 0 : strlen(b->error));
}

static void finish_turn(uint32_t id, const fls_outcome *outcome) {
    watchdog_end();
    answer(id, outcome);
    if (outcome->status != FLS_CALL) {
        drop_run(id); /* after the answer: freeing much memory takes time */
    }
}

static void start(const frame *f) {
    const uint8_t *at = f->payload;
    if (f->length < FLS_WIRE_START_BYTES || get_u32(at + 36) > f->length - FLS_WIRE_START_BYTES) {
        _exit(FLS_EXIT_PROTOCOL);
    }
    const char *request = (const char *)at + FLS_WIRE_START_BYTES;
    size_t length = get_u32(at + 36);
    const bundle *b = table_get(&bundles, get_u32(at));
    static const char unknown[] = "{\"code\":\"bad_request\",\"message\":\"the worker does not know this bundle\",\"traceback\":[]}";
    if (b == NULL || b->compiled == NULL) {
        const char *error = b == NULL ? unknown : b->error;
        frame_write(FLS_FRAME_ERROR, f->id, NULL, 0, error, strlen(error));
        return;
    }
    fls_limits limits = {
        .slice_cpu_ms = get_u32(at + 4),
        .run_cpu_ms = get_u32(at + 8),
        .nesting = get_u32(at + 12),
        .notes = get_u32(at + 16),
        .memory_bytes = get_u64(at + 20),
        .output_bytes = get_u64(at + 28),
    };
    fls_listener listener = {.context = &executing, .note = send_note, .out_of_memory = out_of_memory};
    running *r = calloc(1, sizeof *r);
    fls_run *run = fls_run_create(b->compiled, templates, &limits, &listener);
    if (r == NULL || run == NULL || table_get(&runs, f->id) != NULL || !table_put(&runs, f->id, r)) {
        _exit(FLS_EXIT_STARVED);
    }
    r->run = run;
    r->slice_cpu_ms = limits.slice_cpu_ms;
    executing = f->id;
    watchdog_begin(run, f->id, limits.slice_cpu_ms + GRACE_MS);
    fls_outcome outcome = fls_run_start(run, request, length, request + length, f->length - FLS_WIRE_START_BYTES - length);
    finish_turn(f->id, &outcome);
}

static void resume(const frame *f) {
    running *r = table_get(&runs, f->id);
    if (r == NULL) {
        _exit(FLS_EXIT_PROTOCOL);
    }
    executing = f->id;
    watchdog_begin(r->run, f->id, r->slice_cpu_ms + GRACE_MS);
    fls_outcome outcome = fls_run_resume(r->run, (const char *)f->payload, f->length);
    finish_turn(f->id, &outcome);
}

static void hello(uint32_t confinement) {
    uint8_t bits[4];
    put_u32(bits, confinement);
    frame_write(FLS_FRAME_HELLO, FLS_WIRE_VERSION, bits, sizeof bits, fls_lua_version(), strlen(fls_lua_version()));
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "fairlead-lua is started by fairlead; it does nothing on its own.\n");
        return FLS_EXIT_PROTOCOL;
    }
    mallopt(M_TRIM_THRESHOLD, 1 << 20); /* keep what one ordinary run needs: asking for it again costs more */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    watchdog_install();
    templates = fls_templates_create();
    hello(confine(atoi(arguments[1]), strtoull(arguments[2], NULL, 10)));
    for (;;) {
        frame f;
        frame_read(&f);
        switch (f.type) {
        case FLS_FRAME_BUNDLE: take_bundle(&f); break;
        case FLS_FRAME_DROP_BUNDLE: drop_bundle(f.id); break;
        case FLS_FRAME_START: start(&f); break;
        case FLS_FRAME_RESUME: resume(&f); break;
        case FLS_FRAME_DROP_RUN: drop_run(f.id); break;
        default: probe(&f); _exit(FLS_EXIT_PROTOCOL);
        }
    }
}
