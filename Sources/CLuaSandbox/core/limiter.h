/* Holds a run to its limits: an allocator that counts, and a hook that looks at memory and CPU time every few instructions. */
#ifndef FLS_CORE_LIMITER_H
#define FLS_CORE_LIMITER_H

#include "core/run_state.h"

/* The allocator of the run's Lua state. */
void *fls_allocate(void *run, void *block, size_t old_size, size_t new_size);
uint64_t fls_cpu_now_ns(void);
/* Bytes that the run keeps from others: what its script has freed is among them, for it goes back to the system at the end. */
uint64_t fls_held(const fls_run *run);
/* Arms the instruction hook on a thread for a new slice. */
void fls_arm(lua_State *L);
/* Ends the run from here on: whatever the script catches, its next instruction raises again. */
_Noreturn void fls_end(lua_State *L, fls_verdict verdict);

#endif
