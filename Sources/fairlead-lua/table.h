/* Finds things by the numbers that the host gave them. */
#ifndef FAIRLEAD_LUA_TABLE_H
#define FAIRLEAD_LUA_TABLE_H

#include <stdbool.h>
#include <stdint.h>

enum { TABLE_ROWS = 256 };

typedef struct table_entry table_entry;

typedef struct {
    table_entry *rows[TABLE_ROWS];
} table;

/* NULL where there is nothing under this number. */
void *table_get(const table *t, uint32_t id);
/* The number must be free. Returns false where memory ran out. */
bool table_put(table *t, uint32_t id, void *value);
/* Returns what was there, or NULL. */
void *table_remove(table *t, uint32_t id);

#endif
