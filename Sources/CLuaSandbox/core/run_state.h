/* What is known of one run: the data that the parts of the sandbox share. */
#ifndef FLS_CORE_RUN_STATE_H
#define FLS_CORE_RUN_STATE_H

#include "base/buffer.h"
#include "base/region.h"
#include "fls_bundle.h"
#include "fls_limits.h"
#include "fls_wire.h"

#include <lua.h>

/* The kinds of error that a run can end with. */
typedef enum {
    FLS_CODE_SCRIPT,
    FLS_CODE_CPU,
    FLS_CODE_MEMORY,
    FLS_CODE_OUTPUT,
    FLS_CODE_NESTING,
    FLS_CODE_SYNTAX,
    FLS_CODE_REQUEST,
} fls_code;

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

typedef struct fls_run fls_run;

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

static inline fls_run *fls_run_of(lua_State *L) {
    return *(fls_run **)lua_getextraspace(L);
}

#endif
