#include "frames.h"

#include "fls_wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_BYTES = 64 * 1024 };

volatile int frame_is_open = 0;

/* What was read and not used yet stands between `begin` and `end`. */
static uint8_t *input;
static size_t begin, end, capacity;

uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t get_u64(const uint8_t *at) {
    return get_u32(at) | (uint64_t)get_u32(at + 4) << 32;
}

void put_u32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

void put_u64(uint8_t *at, uint64_t value) {
    put_u32(at, (uint32_t)value);
    put_u32(at + 4, (uint32_t)(value >> 32));
}

/* Reads until `count` bytes stand in the buffer. */
static void fill(size_t count) {
    if (end - begin >= count) {
        return;
    }
    if (begin > 0) {
        memmove(input, input + begin, end - begin);
        end -= begin;
        begin = 0;
    }
    if (count > capacity || capacity == 0) {
        size_t larger = count > CHUNK_BYTES ? count : CHUNK_BYTES;
        uint8_t *moved = realloc(input, larger);
        if (moved == NULL) {
            _exit(FLS_EXIT_STARVED);
        }
        input = moved;
        capacity = larger;
    }
    while (end < count) {
        ssize_t got = read(FLS_WIRE_DESCRIPTOR, input + end, capacity - end);
        if (got > 0) {
            end += (size_t)got;
        } else if (got == 0 || errno != EINTR) {
            _exit(FLS_EXIT_CLOSED);
        }
    }
}

/* A large request must not stay in memory after it was served. */
static void shrink(void) {
    if (begin == end && capacity > CHUNK_BYTES) {
        free(input);
        input = NULL;
        begin = end = capacity = 0;
    }
}

void frame_read(frame *f) {
    shrink();
    fill(FLS_WIRE_HEADER_BYTES);
    size_t length = get_u32(input + begin);
    if (length > FLS_WIRE_PAYLOAD_MAX) {
        _exit(FLS_EXIT_PROTOCOL);
    }
    fill(FLS_WIRE_HEADER_BYTES + length);
    const uint8_t *at = input + begin;
    f->type = at[4];
    f->id = get_u32(at + 5);
    f->payload = at + FLS_WIRE_HEADER_BYTES;
    f->length = length;
    begin += FLS_WIRE_HEADER_BYTES + length;
}

static void write_all(const uint8_t *at, size_t length) {
    while (length > 0) {
        ssize_t put = write(FLS_WIRE_DESCRIPTOR, at, length);
        if (put > 0) {
            at += put;
            length -= (size_t)put;
        } else if (put == 0 || errno != EINTR) {
            _exit(FLS_EXIT_CLOSED);
        }
    }
}

void frame_write(uint8_t type, uint32_t id, const void *first, size_t first_length, const void *second, size_t length) {
    uint8_t small[4096];
    size_t head = FLS_WIRE_HEADER_BYTES + first_length;
    put_u32(small, (uint32_t)(first_length + length));
    small[4] = type;
    put_u32(small + 5, id);
    if (first_length > 0) {
        memcpy(small + FLS_WIRE_HEADER_BYTES, first, first_length);
    }
    frame_is_open = 1;
    if (length <= sizeof small - head) { /* one system call for the ordinary case */
        if (length > 0) {
            memcpy(small + head, second, length);
        }
        write_all(small, head + length);
    } else {
        write_all(small, head);
        write_all(second, length);
    }
    frame_is_open = 0;
}
