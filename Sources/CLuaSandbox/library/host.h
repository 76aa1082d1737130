#ifndef FLS_LIBRARY_HOST_H
#define FLS_LIBRARY_HOST_H

#include <lua.h>

/* Pushes the table. Both sets of globals must have been set. */
void fls_open_host(lua_State *L);

#endif
