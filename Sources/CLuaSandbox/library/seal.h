/* Libraries that scripts cannot change. */
#ifndef FLS_LIBRARY_SEAL_H
#define FLS_LIBRARY_SEAL_H

#include <lua.h>
#include <stdbool.h>

/* Replaces the library at the top by a proxy that cannot be written to. */
void fls_seal(lua_State *L);
/* Tells whether the table at `index` is such a proxy. */
bool fls_is_sealed(lua_State *L, int index);

#endif
