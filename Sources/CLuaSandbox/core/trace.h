#ifndef FLS_CORE_TRACE_H
#define FLS_CORE_TRACE_H

#include <lua.h>

/*
 * Tells the listener of a line that a plugin's script reached: chunk, line, depth and the function's first line, then names and values of locals, each
 * with a NUL after it.
 */
void fls_trace_line(lua_State *L, lua_Debug *frame);

#endif
