#include "core/raise.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool fls_is_plugin(const lua_Debug *frame) {
    return frame->source[0] == '@';
}

bool fls_position(lua_State *L, int level, const char **chunk, int *line) {
    lua_Debug frame;
    for (int i = 0; i < FLS_STACK_LEVELS && lua_getstack(L, i, &frame); i++) {
        lua_getinfo(L, "Sl", &frame);
        if (fls_is_plugin(&frame) && frame.currentline > 0 && --level == 0) {
            *chunk = frame.source + 1;
            *line = frame.currentline;
            return true;
        }
    }
    return false;
}

_Noreturn void fls_raise(lua_State *L, fls_code code, const char *format, ...) {
    char text[640];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fls_run *run = fls_run_of(L);
    if (run != NULL) {
        run->raised = code;
        snprintf(run->raised_text, sizeof run->raised_text, "%.150s", text);
    }
    lua_Debug frame;
    for (int i = 0; i < FLS_STACK_LEVELS && lua_getstack(L, i, &frame); i++) {
        lua_getinfo(L, "Sl", &frame);
        if (fls_is_plugin(&frame) && frame.currentline > 0) {
            lua_pushfstring(L, "%s:%d: %s", frame.short_src, frame.currentline, text);
            lua_error(L);
        }
    }
    lua_pushstring(L, text);
    lua_error(L);
    abort(); /* not reached */
}
