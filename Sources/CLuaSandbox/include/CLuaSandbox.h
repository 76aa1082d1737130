/* Runs plugin scripts in Lua without letting them out: limits, JSON, yield and resume. Shows no lua_State. */
#ifndef CLUASANDBOX_H
#define CLUASANDBOX_H

#include "fls_bundle.h"
#include "fls_hash.h"
#include "fls_limits.h"
#include "fls_run.h"
#include "fls_template.h"
#include "fls_wire.h"
#include "fls_worker.h"

#endif
