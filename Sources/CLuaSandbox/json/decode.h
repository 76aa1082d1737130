#ifndef FLS_JSON_DECODE_H
#define FLS_JSON_DECODE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Pushes the value of a JSON text. Raises a Lua error that names the byte, counted from 1: call it under a pcall. With `mends`, a surrogate that stands
 * alone is read as U+FFFD: whoever cuts text in the middle of a character writes such.
 */
void fls_json_decode(lua_State *L, const char *text, size_t length, int nesting, bool mends);

#endif
