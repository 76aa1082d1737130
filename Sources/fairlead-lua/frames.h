/* Frames on the socket to the host: fls_wire.h says what they mean. */
#ifndef FAIRLEAD_LUA_FRAMES_H
#define FAIRLEAD_LUA_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t type;
    uint32_t id;
    const uint8_t *payload; /* until the next frame is read */
    size_t length;
} frame;

/* Waits for the next frame. Ends the process where the socket was closed or sends what cannot be a frame. */
void frame_read(frame *f);

/* Writes a frame whose payload is two pieces, the first at most FRAME_FIRST_MAX bytes. Ends the process where nobody reads. */
enum { FRAME_FIRST_MAX = 128 };
void frame_write(uint8_t type, uint32_t id, const void *first, size_t first_length, const void *second, size_t length);

/* Whether a frame is being written: a signal handler must not write another into it. */
extern volatile int frame_is_open;

uint32_t get_u32(const uint8_t *at);
uint64_t get_u64(const uint8_t *at);
void put_u32(uint8_t *at, uint32_t value);
void put_u64(uint8_t *at, uint64_t value);

#endif
