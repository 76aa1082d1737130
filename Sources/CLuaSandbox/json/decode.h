#ifndef FLS_JSON_DECODE_H
#define FLS_JSON_DECODE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Pushes the value of a JSON text. Raises a Lua error that names the byte, counted from 1: call it under a pcall. With `mends`, for what comes from
 * outside: a byte order mark is skipped, the last of two equal keys stands, a surrogate that stands alone and bytes that are not UTF-8 become U+FFFD,
 * control characters may stand in strings, a whole number is an integer however it is written, NaN and the infinities are null. JSON(received:) in Swift
 * reads by the same rules.
 */
void fls_json_decode(lua_State *L, const char *text, size_t length, int nesting, bool mends);

#endif
