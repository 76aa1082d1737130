/* What a run may use, and who hears from it while it runs. */
#ifndef FLS_LIMITS_H
#define FLS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the listener is told of a run, as notes named `trace`. Only where the run is in the host's own process: no frame carries it. */
enum {
    FLS_TRACE_OFF = 0,
    FLS_TRACE_LINES = 1,
    FLS_TRACE_LOCALS = 2,
};

typedef struct {
    uint32_t slice_cpu_ms;   /* CPU between two host calls */
    uint32_t run_cpu_ms;     /* CPU of all slices together */
    uint32_t nesting;        /* depth of JSON values */
    uint32_t notes;          /* notes a run may leave; the rest are dropped */
    uint64_t memory_bytes;   /* Lua's memory */
    uint64_t output_bytes;   /* a call's arguments, the result, and all notes together */
    uint32_t trace;          /* FLS_TRACE_… */
} fls_limits;

typedef struct {
    void *context;
    /* Receives what a script leaves without waiting for an answer. `op` and `arguments` (JSON) live until it returns. */
    void (*note)(void *context, const char *op, size_t op_length, const char *arguments, size_t length);
    /*
     * Called when memory runs out so far that Lua would need its emergency collector, which can corrupt the heap of Lua 5.4.4.
     * `at_limit`: the run is at fault; otherwise the system refused. A worker ends itself here; where NULL, Lua raises its error.
     */
    void (*out_of_memory)(void *context, bool at_limit);
} fls_listener;

#endif
