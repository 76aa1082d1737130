#ifndef FLS_LIBRARY_BASE_H
#define FLS_LIBRARY_BASE_H

#include <lua.h>

/* Adds the functions to the table at the top. */
void fls_open_base(lua_State *L);
/* Pushes what `tostring` gives: never an address. */
const char *fls_tostring(lua_State *L, int index, size_t *length);

#endif
