#ifndef FLS_LIBRARY_STABLE_SORT_H
#define FLS_LIBRARY_STABLE_SORT_H

#include <lua.h>

/* Changes the table library at the top. */
void fls_open_sort(lua_State *L);

#endif
