#ifndef FLS_JSON_ENCODE_H
#define FLS_JSON_ENCODE_H

#include "base/buffer.h"

#include <lua.h>

/*
 * Appends the value at `index`. Raises a Lua error that names the path inside it: call it under a pcall. Runs nothing of the script: no metamethod is
 * called.
 */
void fls_json_encode(lua_State *L, int index, fls_buffer *buffer, int nesting);

#endif
