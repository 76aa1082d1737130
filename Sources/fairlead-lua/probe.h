/* In a test build (FLS_PROBE): does, as native code inside the confined worker, what a script that escaped from Lua might try. */
#ifndef FAIRLEAD_LUA_PROBE_H
#define FAIRLEAD_LUA_PROBE_H

#include "frames.h"

enum { PROBE_FRAME = 200 };

#ifdef FLS_PROBE
/* The frame's payload names the attempt; DONE answers with what the system said, unless the worker is dead by then. */
void probe(const frame *f);
#else
static inline void probe(const frame *f) {
    (void)f;
}
#endif

#endif
