#include "base/buffer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_BYTES = 256 * 1024 };

void fls_buffer_reset(fls_buffer *buffer, size_t limit) {
    buffer->length = 0;
    buffer->limit = limit;
    buffer->state = FLS_BUFFER_OK;
}

void fls_buffer_free(fls_buffer *buffer) {
    free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}

void fls_buffer_shrink(fls_buffer *buffer) {
    if (buffer->capacity > KEPT_BYTES) {
        fls_buffer_free(buffer);
    }
}

static bool reserve(fls_buffer *buffer, size_t more) {
    if (buffer->state != FLS_BUFFER_OK) {
        return false;
    }
    if (more > buffer->limit || buffer->length > buffer->limit - more) {
        buffer->state = FLS_BUFFER_FULL;
        return false;
    }
    size_t needed = buffer->length + more;
    if (needed <= buffer->capacity) {
        return true;
    }
    size_t capacity = buffer->capacity < 512 ? 1024 : buffer->capacity * 2; /* cannot overflow: capacity is at most twice a limit that was met */
    if (capacity < needed) {
        capacity = needed;
    }
    char *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->state = FLS_BUFFER_NO_MEMORY;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

bool fls_buffer_append(fls_buffer *buffer, const char *bytes, size_t length) {
    if (!reserve(buffer, length)) {
        return false;
    }
    if (length > 0) {
        memcpy(buffer->data + buffer->length, bytes, length);
    }
    buffer->length += length;
    return true;
}

bool fls_buffer_text(fls_buffer *buffer, const char *text) {
    return fls_buffer_append(buffer, text, strlen(text));
}

bool fls_buffer_byte(fls_buffer *buffer, char byte) {
    if (buffer->length < buffer->capacity && buffer->length < buffer->limit && buffer->state == FLS_BUFFER_OK) {
        buffer->data[buffer->length++] = byte;
        return true;
    }
    return fls_buffer_append(buffer, &byte, 1);
}

bool fls_buffer_integer(fls_buffer *buffer, int64_t value) {
    char digits[24];
    char *end = digits + sizeof digits, *at = end;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        *--at = '-';
    }
    return fls_buffer_append(buffer, at, (size_t)(end - at));
}

size_t fls_utf8_length(const unsigned char *at, const unsigned char *end) {
    size_t left = (size_t)(end - at);
    if (left == 0) {
        return 0;
    }
    unsigned char a = at[0];
    if (a < 0x80) {
        return 1;
    }
    if (a < 0xC2 || a > 0xF4) {
        return 0;
    }
    size_t length = a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
    if (left < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (a == 0xE0 && at[1] < 0xA0) || (a == 0xF0 && at[1] < 0x90);
    bool surrogate = a == 0xED && at[1] > 0x9F;
    bool beyond = a == 0xF4 && at[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
}

/* Appends one ASCII character as a JSON string needs it. */
static void escaped(fls_buffer *buffer, unsigned char c) {
    static const char hex[] = "0123456789abcdef";
    const char *quoted = NULL;
    switch (c) {
    case '"': quoted = "\\\""; break;
    case '\\': quoted = "\\\\"; break;
    case '\b': quoted = "\\b"; break;
    case '\f': quoted = "\\f"; break;
    case '\n': quoted = "\\n"; break;
    case '\r': quoted = "\\r"; break;
    case '\t': quoted = "\\t"; break;
    default: break;
    }
    if (quoted != NULL) {
        fls_buffer_append(buffer, quoted, 2);
    } else {
        char code[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
        fls_buffer_append(buffer, code, sizeof code);
    }
}

static bool plain(unsigned char c) {
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

bool fls_buffer_json_string(fls_buffer *buffer, const char *text, size_t length) {
    const unsigned char *at = (const unsigned char *)text, *end = at + length, *from = at;
    fls_buffer_byte(buffer, '"');
    while (at < end) {
        if (plain(*at)) {
            at++;
            continue;
        }
        if (*at >= 0x80) {
            size_t count = fls_utf8_length(at, end);
            if (count == 0) {
                return false;
            }
            at += count;
            continue;
        }
        fls_buffer_append(buffer, (const char *)from, (size_t)(at - from));
        escaped(buffer, *at);
        from = ++at;
    }
    fls_buffer_append(buffer, (const char *)from, (size_t)(at - from));
    fls_buffer_byte(buffer, '"');
    return true;
}

void fls_buffer_json_lossy(fls_buffer *buffer, const char *text, size_t length, size_t limit) {
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    const unsigned char *stop = length > limit ? at + limit : end;
    fls_buffer_byte(buffer, '"');
    while (at < stop) {
        size_t count = fls_utf8_length(at, end);
        if (count == 0) {
            fls_buffer_text(buffer, "\xEF\xBF\xBD");
            at++;
        } else if (count > 1 || plain(*at)) {
            fls_buffer_append(buffer, (const char *)at, count);
            at += count;
        } else {
            escaped(buffer, *at++);
        }
    }
    if (stop < end) {
        fls_buffer_text(buffer, "\xE2\x80\xA6"); /* an ellipsis says that there was more */
    }
    fls_buffer_byte(buffer, '"');
}
