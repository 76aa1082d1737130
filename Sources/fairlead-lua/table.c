#include "table.h"

#include <stdlib.h>

struct table_entry {
    uint32_t id;
    void *value;
    table_entry *next;
};

void *table_get(const table *t, uint32_t id) {
    for (const table_entry *entry = t->rows[id % TABLE_ROWS]; entry != NULL; entry = entry->next) {
        if (entry->id == id) {
            return entry->value;
        }
    }
    return NULL;
}

bool table_put(table *t, uint32_t id, void *value) {
    table_entry *entry = malloc(sizeof *entry);
    if (entry == NULL) {
        return false;
    }
    *entry = (table_entry){.id = id, .value = value, .next = t->rows[id % TABLE_ROWS]};
    t->rows[id % TABLE_ROWS] = entry;
    return true;
}

void *table_remove(table *t, uint32_t id) {
    for (table_entry **place = &t->rows[id % TABLE_ROWS]; *place != NULL; place = &(*place)->next) {
        if ((*place)->id == id) {
            table_entry *entry = *place;
            void *value = entry->value;
            *place = entry->next;
            free(entry);
            return value;
        }
    }
    return NULL;
}
