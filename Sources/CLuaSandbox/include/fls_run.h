/* Runs. Every function returns a status and never raises; one thread at a time may use a bundle and its runs. */
#ifndef FLS_RUN_H
#define FLS_RUN_H

#include "fls_bundle.h"
#include "fls_limits.h"
#include "fls_template.h"

#include <stddef.h>
#include <stdint.h>

/* One execution of a bundle in a Lua state of its own, which dies with it. */
typedef struct fls_run fls_run;

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
    uint32_t script;         /* a call's: the place in the bundle of the plugin's script that made it; 0, the prelude's, where that is not known */
    uint32_t line;           /* in that script, from 1 */
} fls_outcome;

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
