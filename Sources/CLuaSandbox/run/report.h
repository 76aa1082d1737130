/* Writes how a run failed, as the JSON that the host reads. */
#ifndef FLS_RUN_REPORT_H
#define FLS_RUN_REPORT_H

#include "core/run_state.h"

/* Writes the error at the top of `at` to run->out. Call it under a pcall. */
void fls_report(fls_run *run, lua_State *at, int status);
/* Writes an error without touching Lua. */
void fls_report_text(fls_run *run, fls_code code, const char *message, size_t length, const char *script, int line);

#endif
