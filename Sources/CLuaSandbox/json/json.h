/* JSON to Lua values and back. Both raise Lua errors: call them under a pcall. */
#ifndef FLS_JSON_H
#define FLS_JSON_H

#include "base/buffer.h"

#include <lua.h>

/* The value that stands for JSON's null. */
void fls_json_push_null(lua_State *L);
bool fls_json_is_null(lua_State *L, int index);

/* Creates the metatable that marks arrays. Once per state, before anything else here. */
void fls_json_open(lua_State *L);
/* Marks the table at the top of the stack as an array. */
void fls_json_mark_array(lua_State *L);
bool fls_json_is_array(lua_State *L, int index);
/* Pushes the metatable that marks arrays. */
void fls_json_push_marker(lua_State *L);

/* Pushes the value of a JSON text. Errors name the byte, counted from 1. With `mends`, a surrogate that stands alone is read as U+FFFD: whoever cuts
   text in the middle of a character writes such. */
void fls_json_decode(lua_State *L, const char *text, size_t length, int nesting, bool mends);

/* Pushes the number that begins at *at and moves *at behind it; returns what is wrong with it where it is none. */
const char *fls_json_number(lua_State *L, const unsigned char **at, const unsigned char *end);

/* Appends the value at `index`. Errors name the path inside it. Runs nothing of the script: no metamethod is called. */
void fls_json_encode(lua_State *L, int index, fls_buffer *buffer, int nesting);

#endif
