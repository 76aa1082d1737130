#ifndef FLS_LIBRARY_LIBRARIES_H
#define FLS_LIBRARY_LIBRARIES_H

#include <lua.h>

/* Builds both sets of globals and pushes the prelude's `host` table. */
void fls_open(lua_State *L);

#endif
