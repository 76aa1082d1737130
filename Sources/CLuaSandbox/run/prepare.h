/* Builds the Lua state that a run begins with. */
#ifndef FLS_RUN_PREPARE_H
#define FLS_RUN_PREPARE_H

#include "core/run_state.h"

/*
 * Builds the run's state: globals, and on the script's thread the function that the prelude gives. Call it under a pcall.
 * Returns Lua's status of the prelude; what went wrong is then at the top of the script's thread.
 */
int fls_run_prepare(lua_State *L, fls_run *run);

#endif
