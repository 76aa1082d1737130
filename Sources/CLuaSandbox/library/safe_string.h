#ifndef FLS_LIBRARY_SAFE_STRING_H
#define FLS_LIBRARY_SAFE_STRING_H

#include <lua.h>

/* Changes the string library at the top. */
void fls_limit_strings(lua_State *L);

#endif
