#ifndef FLS_JSON_NUMBER_H
#define FLS_JSON_NUMBER_H

#include <lua.h>

/*
 * Pushes the number that begins at *at and moves *at behind it; returns what is wrong with it where it is none. A whole number is an integer
 * however it is written: 4101.0, 4.101e3.
 */
const char *fls_json_number(lua_State *L, const unsigned char **at, const unsigned char *end);

#endif
