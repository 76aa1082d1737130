/* What the sandbox itself needs of a bundle: its scripts, found and loaded. */
#ifndef FLS_CORE_BUNDLE_H
#define FLS_CORE_BUNDLE_H

#include "fls_bundle.h"
#include "fls_hash.h"

#include <lua.h>

typedef struct {
    int kind;             /* FLS_SCRIPT_… */
    char *name;           /* what `require` takes */
    char *chunk;          /* what errors show; begins with '@' (a plugin's) or '=' (the host's) as Lua wants it */
    char shown[LUA_IDSIZE]; /* the chunk as Lua writes it before a message */
    char *code;           /* bytecode */
    size_t code_length;
} fls_script;

struct fls_bundle {
    unsigned references;
    size_t count;
    fls_script *scripts; /* the first is the prelude */
    uint8_t identity[FLS_SHA256_BYTES]; /* of the host's own scripts among them */
};

const fls_script *fls_bundle_find(const fls_bundle *bundle, const char *name);
/* The chunk of the plugin's first script, to name something where no line is known. */
const char *fls_bundle_plugin(const fls_bundle *bundle);
/* Pushes the script's main function with the globals that belong to it. */
void fls_bundle_load(lua_State *L, const fls_script *script);

#endif
