/* What the worker gives up before it reads a script. */
#ifndef FAIRLEAD_LUA_CONFINE_H
#define FAIRLEAD_LUA_CONFINE_H

#include <stdint.h>

/* Returns the FLS_CONFINED_… bits that hold. `parent`: the process that started this one, with which it shall end. */
uint32_t confine(int parent, uint64_t address_space_bytes);

#endif
