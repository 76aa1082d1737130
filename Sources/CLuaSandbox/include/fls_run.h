/* Bundles and runs. Every function returns a status and never raises; one thread at a time may use a bundle and its runs. */
#ifndef FLS_RUN_H
#define FLS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A prelude and named modules, compiled once and kept as bytecode in C memory. */
typedef struct fls_bundle fls_bundle;
/* One execution of a bundle in a Lua state of its own, which dies with it. */
typedef struct fls_run fls_run;

/* The kinds of script in a bundle. The host's own scripts are left out of errors: a fault in a call is shown at the plugin's line. */
enum {
    FLS_SCRIPT_PRELUDE = 0,
    FLS_SCRIPT_HOST = 1,
    FLS_SCRIPT_PLUGIN = 2,
};

/*
 * Compiles a bundle from: u32 count, then for each script u8 kind and three times (u32 length, bytes): name, chunk, source. Little endian.
 * Returns NULL where it fails and writes the error as JSON to *error (to be freed with free(); NULL where memory ran out).
 * The bundle begins with one reference; each run holds another.
 */
fls_bundle *fls_bundle_create(const uint8_t *bytes, size_t length, uint64_t memory_bytes, char **error);
void fls_bundle_release(fls_bundle *bundle);

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

typedef enum {
    FLS_CALL,   /* the script waits for the host: `op`, and `payload` = arguments */
    FLS_DONE,   /* `payload` = result */
    FLS_ERROR,  /* `payload` = {"code","message","script","line","traceback":[{"script","line"}],"value": JSON as text} */
} fls_status;

typedef struct {
    fls_status status;
    const char *op;
    size_t op_length;
    const char *payload;     /* JSON; lives until the run's next call */
    size_t payload_length;
    uint64_t held_bytes;     /* memory the run keeps while it waits */
} fls_outcome;

/*
 * States in which the prelude has run, kept as bytes. A run that begins as a copy of one begins sooner; it shares nothing with the runs before it,
 * for the copy replaces all that they left. The bytes mean something at one address only, so there are a few of them, made when first needed; where
 * all are in use a run builds a state for itself.
 */
typedef struct fls_templates fls_templates;
/* Returns NULL where memory ran out: runs do without. */
fls_templates *fls_templates_create(void);
/* Call it when no run is left. */
void fls_templates_free(fls_templates *all);

/* Returns NULL where memory ran out. The listener is copied. `templates` may be NULL. */
fls_run *fls_run_create(fls_bundle *bundle, fls_templates *templates, const fls_limits *limits, const fls_listener *listener);
/*
 * Runs from the top with a request (JSON) until the first host call or the end; the attachment, where it is not empty, is the prelude's second argument,
 * a string. A second start is an error.
 */
fls_outcome fls_run_start(fls_run *run, const char *request, size_t length, const char *attachment, size_t attachment_length);
/* Continues after a host call with its reply (JSON). An error where the run is not waiting. */
fls_outcome fls_run_resume(fls_run *run, const char *reply, size_t length);
/* Ends the run wherever it stands. Nothing of the script is executed. */
void fls_run_free(fls_run *run);

/*
 * The plugin's script and line that the run is executing, as far as can be told; an empty name where nothing is known.
 * Allocates nothing, so that a signal handler of the executing thread may call it as its last act before ending the process.
 */
void fls_run_position(fls_run *run, char *script, size_t size, int *line);

/* The version of the Lua library this was built with, such as "5.4.4". */
const char *fls_lua_version(void);

#endif
