/* Bytes that grow in C memory, so that a Lua error half-way leaks nothing: a buffer belongs to its run. */
#ifndef FLS_BUFFER_H
#define FLS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    FLS_BUFFER_OK,
    FLS_BUFFER_FULL,      /* `limit` bytes were reached */
    FLS_BUFFER_NO_MEMORY,
} fls_buffer_state;

typedef struct {
    char *data;
    size_t length;
    size_t capacity;
    size_t limit;
    fls_buffer_state state; /* once not OK, appending does nothing */
} fls_buffer;

/* Empties the buffer and sets its limit; memory is kept. */
void fls_buffer_reset(fls_buffer *buffer, size_t limit);
void fls_buffer_free(fls_buffer *buffer);
/* Gives back memory beyond what an ordinary run needs. */
void fls_buffer_shrink(fls_buffer *buffer);

bool fls_buffer_append(fls_buffer *buffer, const char *bytes, size_t length);
bool fls_buffer_text(fls_buffer *buffer, const char *text);
bool fls_buffer_byte(fls_buffer *buffer, char byte);
bool fls_buffer_integer(fls_buffer *buffer, int64_t value);

/* The length of the valid UTF-8 character at `at` (1...4); 0 where there is none. Refuses surrogates and overlong forms. */
size_t fls_utf8_length(const unsigned char *at, const unsigned char *end);

/* Appends a JSON string. Returns false where the text is not valid UTF-8. */
bool fls_buffer_json_string(fls_buffer *buffer, const char *text, size_t length);
/* The same, cut after `maximum` bytes, with U+FFFD for what is not UTF-8. */
void fls_buffer_json_lossy(fls_buffer *buffer, const char *text, size_t length, size_t limit);

#endif
