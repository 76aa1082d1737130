/* Raising an error, and finding the plugin's line that it belongs to. */
#ifndef FLS_CORE_RAISE_H
#define FLS_CORE_RAISE_H

#include "core/run_state.h"

/* How many levels of the stack are looked at. Lua's C stack ends near 200; deeper Lua recursion repeats itself anyway. */
enum { FLS_STACK_LEVELS = 220 };

/* Raises a text with the plugin's position before it. */
_Noreturn void fls_raise(lua_State *L, fls_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Whether the frame is of a plugin's script. Its source must have been asked for. */
bool fls_is_plugin(const lua_Debug *frame);
/* The plugin's chunk and line at the `level`th plugin frame (1: the innermost). Allocates nothing. */
bool fls_position(lua_State *L, int level, const char **chunk, int *line);

#endif
