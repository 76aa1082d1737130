#ifndef FLS_LIBRARY_CRYPTO_H
#define FLS_LIBRARY_CRYPTO_H

#include <lua.h>

/* Pushes the library. */
void fls_open_crypto(lua_State *L);

#endif
