/* table.sort: Lua's own may take a pivot from the clock, so that equal items come out in another order when a run is replayed. */
#include "library/stable_sort.h"

#include "core/raise.h"

#include <lauxlib.h>

enum { ITEMS_MAX = 4 * 1000 * 1000 };

/* Stack: table, comparison, source, target; whether the item at `left` of the source may stay before the one at `right`. */
static bool in_order(lua_State *L, int source, lua_Integer left, lua_Integer right) {
    bool swapped;
    if (lua_isnil(L, 2)) {
        lua_rawgeti(L, source, right);
        lua_rawgeti(L, source, left);
        swapped = lua_compare(L, -2, -1, LUA_OPLT);
        lua_pop(L, 2);
    } else {
        lua_pushvalue(L, 2);
        lua_rawgeti(L, source, right);
        lua_rawgeti(L, source, left);
        lua_call(L, 2, 1);
        swapped = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    return !swapped;
}

static void merge(lua_State *L, int source, int target, lua_Integer first, lua_Integer middle, lua_Integer end) {
    lua_Integer left = first, right = middle;
    for (lua_Integer to = first; to < end; to++) {
        bool take_left = left < middle && (right >= end || in_order(L, source, left, right));
        lua_rawgeti(L, source, take_left ? left++ : right++);
        lua_rawseti(L, target, to);
    }
}

/* A merge sort: stable, never more than n log n comparisons, whatever the comparison function says. */
static int stable_sort(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer count = luaL_len(L, 1);
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TFUNCTION);
    }
    lua_settop(L, 2);
    if (count > ITEMS_MAX) {
        fls_raise(L, FLS_CODE_SCRIPT, "table.sort: more than %d items", ITEMS_MAX);
    }
    if (count < 2) {
        return 0;
    }
    int source = 3, target = 4;
    lua_createtable(L, (int)count, 0);
    lua_createtable(L, (int)count, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, 1, i);
        lua_rawseti(L, source, i);
    }
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer first = 1; first <= count; first += 2 * width) {
            lua_Integer middle = first + width <= count ? first + width : count + 1;
            lua_Integer end = middle + width <= count ? middle + width : count + 1;
            merge(L, source, target, first, middle, end);
        }
        int swapped = source;
        source = target;
        target = swapped;
    }
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, source, i);
        lua_seti(L, 1, i);
    }
    return 0;
}

void fls_open_sort(lua_State *L) {
    lua_pushcfunction(L, stable_sort);
    lua_setfield(L, -2, "sort");
}
