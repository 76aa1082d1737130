/* What JSON has and Lua has not: null, and arrays that differ from objects. */
#ifndef FLS_JSON_VALUE_H
#define FLS_JSON_VALUE_H

#include <lua.h>
#include <stdbool.h>

/* Creates the metatable that marks arrays. Once per state, before anything else here. */
void fls_json_open(lua_State *L);

/* The value that stands for JSON's null. */
void fls_json_push_null(lua_State *L);
bool fls_json_is_null(lua_State *L, int index);

/* Marks the table at the top of the stack as an array. */
void fls_json_mark_array(lua_State *L);
bool fls_json_is_array(lua_State *L, int index);
/* Pushes the metatable that marks arrays. */
void fls_json_push_marker(lua_State *L);

#endif
