/* Ends the worker where a script spends its time, or crashes, inside one C function that the instruction hook cannot interrupt. */
#ifndef FAIRLEAD_LUA_WATCHDOG_H
#define FAIRLEAD_LUA_WATCHDOG_H

#include "fls_run.h"

/* Installs the signal handlers; before confinement, which does not allow it. */
void watchdog_install(void);

/* From here on `run` (or, with NULL, the bundle `id`) is executing, and may use `cpu_ms`. */
void watchdog_begin(fls_run *run, uint32_t id, uint32_t cpu_ms);
void watchdog_end(void);

/* To be called after each frame written meanwhile: acts on a timer that ran out during the writing. */
void watchdog_check(void);

/* Reports the run that is executing with this code and ends the process. */
_Noreturn void watchdog_fail(const char *code, const char *message, int status);

#endif
