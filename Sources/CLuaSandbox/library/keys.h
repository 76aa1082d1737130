#ifndef FLS_LIBRARY_KEYS_H
#define FLS_LIBRARY_KEYS_H

#include <lua.h>

/* Adds `pairs` and `next` to the table at the top. */
void fls_open_keys(lua_State *L);

#endif
