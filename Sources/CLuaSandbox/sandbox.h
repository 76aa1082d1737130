/* What the parts of the sandbox share: the run, its limits, and how errors are raised. */
#ifndef FLS_SANDBOX_H
#define FLS_SANDBOX_H

#include "base/buffer.h"
#include "fls_hash.h"
#include "fls_run.h"
#include "fls_wire.h"
#include "base/region.h"

#include <lua.h>

/* ---- bundles ---- */

typedef struct {
    int kind;             /* FLS_SCRIPT_… */
    char *name;           /* what `require` takes */
    char *chunk;          /* what errors show; begins with '@' (a plugin's) or '=' (the host's) as Lua wants it */
    char shown[LUA_IDSIZE]; /* the chunk as Lua writes it before a message */
    char *code;           /* bytecode */
    size_t code_length;
} fls_script;

struct fls_bundle {
    unsigned references;
    size_t count;
    fls_script *scripts; /* the first is the prelude */
    uint8_t identity[FLS_SHA256_BYTES]; /* of the host's own scripts among them */
};

const fls_script *fls_bundle_find(const fls_bundle *bundle, const char *name);
/* The chunk of the plugin's first script, to name something where no line is known. */
const char *fls_bundle_plugin(const fls_bundle *bundle);
/* Pushes the script's main function with the globals that belong to it. */
void fls_bundle_load(lua_State *L, const fls_script *script);

/* ---- runs ---- */

typedef enum {
    FLS_CODE_SCRIPT,
    FLS_CODE_CPU,
    FLS_CODE_MEMORY,
    FLS_CODE_OUTPUT,
    FLS_CODE_NESTING,
    FLS_CODE_SYNTAX,
    FLS_CODE_REQUEST,
} fls_code;

const char *fls_code_name(fls_code code);

typedef enum {
    FLS_LIVE,
    FLS_OVER_CPU,
    FLS_OVER_RUN_CPU,
    FLS_OVER_MEMORY,
    FLS_FINISHED, /* host.finish was called where Lua cannot yield: every further instruction raises */
} fls_verdict;

typedef enum {
    FLS_STAGE_NEW,
    FLS_STAGE_WAITING,
    FLS_STAGE_ENDED,
} fls_stage;

enum { FLS_OP_MAX = FLS_WIRE_OP_MAX };

struct fls_run {
    fls_bundle *bundle;
    struct fls_template *home; /* the run is a copy of this one's state; NULL where it was built for itself */
    fls_region region;
    fls_limits limits;
    fls_listener listener;
    lua_State *L;        /* the main thread: set-up, JSON, reports */
    lua_State *co;       /* the thread that runs scripts */
    fls_stage stage;
    fls_verdict verdict;
    bool finishing;      /* host.finish has written the result to `out` */
    bool over_memory;    /* the cap was passed; the hook decides after a collection */
    bool collecting;     /* the collector was started: most runs end before it is worth while */
    size_t used;
    uint64_t slice_started_ns;
    uint64_t cpu_used_ns; /* by the slices before this one */
    uint32_t notes;
    uint64_t note_bytes;
    char op[FLS_OP_MAX];
    size_t op_length;
    fls_buffer out;      /* what the host reads: arguments, result, error */
    fls_buffer scratch;  /* json.encode, notes, an error's value */
    fls_code raised;     /* the code of the last fls_raise, and its text, to know it again when it reaches the top */
    char raised_text[160];
};

/*
 * Builds the run's state: globals, and on the script's thread the function that the prelude gives. Call it under a pcall.
 * Returns Lua's status of the prelude; what went wrong is then at the top of the script's thread.
 */
int fls_run_prepare(lua_State *L, fls_run *run);
typedef struct fls_template fls_template;
/* A run whose state is a copy of a template's; NULL where all are in use or the prelude cannot be run. */
fls_run *fls_template_copy(fls_templates *all, fls_bundle *bundle);
/* Ends the use of the template by its run. */
void fls_template_return(fls_template *home);

static inline fls_run *fls_run_of(lua_State *L) {
    return *(fls_run **)lua_getextraspace(L);
}

/* ---- limits (limits.c) ---- */

void *fls_allocate(void *run, void *block, size_t old_size, size_t new_size);
uint64_t fls_cpu_now_ns(void);
/* Bytes that the run keeps from others: what its script has freed is among them, for it goes back to the system at the end. */
uint64_t fls_held(const fls_run *run);
/* Arms the instruction hook on a thread for a new slice. */
void fls_arm(lua_State *L);
/* Ends the run from here on: whatever the script catches, its next instruction raises again. */
_Noreturn void fls_end(lua_State *L, fls_verdict verdict);

/* Tells the listener of a line that a plugin's script reached: chunk, line, depth and the function's first line, then names and values of locals, each with a NUL after it. */
void fls_trace_line(lua_State *L, lua_Debug *frame);

/* ---- errors (report.c) ---- */

/* Raises a text with the plugin's position before it. */
_Noreturn void fls_raise(lua_State *L, fls_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The plugin's chunk and line at the `level`th plugin frame (1: the innermost). Allocates nothing. */
bool fls_position(lua_State *L, int level, const char **chunk, int *line);
/* Writes the error at the top of `at` to run->out. Call it under a pcall. */
void fls_report(fls_run *run, lua_State *at, int status);
/* Writes an error without touching Lua. */
void fls_report_text(fls_run *run, fls_code code, const char *message, size_t length, const char *script, int line);

/* ---- what scripts see (libraries.c and its neighbours) ---- */

/* Builds both sets of globals and pushes the prelude's `host` table. */
void fls_open(lua_State *L);
/* Pushes the globals of a script: the plugin's, or the host's own, which a plugin cannot reach. */
void fls_push_globals(lua_State *L, int kind);

void fls_open_base(lua_State *L);   /* adds to the table at the top */
void fls_open_keys(lua_State *L);
void fls_open_crypto(lua_State *L); /* pushes a table */
void fls_open_host(lua_State *L);
void fls_limit_strings(lua_State *L); /* changes the string library at the top */
void fls_open_sort(lua_State *L);     /* changes the table library at the top */
/* Replaces the library at the top by a proxy that cannot be written to. */
void fls_seal(lua_State *L);
/* Tells whether the table at `index` is such a proxy. */
bool fls_is_sealed(lua_State *L, int index);
/* Pushes what `tostring` gives: never an address. */
const char *fls_tostring(lua_State *L, int index, size_t *length);

#endif
