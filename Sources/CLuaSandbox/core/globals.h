/* Where a Lua state keeps the globals of scripts. There are two sets: the plugin's, and the host's own, which a plugin cannot reach. */
#ifndef FLS_CORE_GLOBALS_H
#define FLS_CORE_GLOBALS_H

#include <lua.h>

/* Push a set: nil before it was set. */
void fls_push_plugin_globals(lua_State *L);
void fls_push_host_globals(lua_State *L);
/* Make the table at the top a set, and pop it. */
void fls_set_plugin_globals(lua_State *L);
void fls_set_host_globals(lua_State *L);

#endif
