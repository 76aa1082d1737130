/*
 * Stands in for a worker that native code has taken over: it speaks the protocol and lies. How, says the request of the run that it is given.
 * LuaRuntimeTests builds it against Sources/CLuaSandbox/include.
 */
#include "fls_wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint8_t input[1 << 20], output[9 + (2 << 20)];

static void put_u32(uint8_t *at, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void read_all(uint8_t *to, size_t length) {
    while (length > 0) {
        ssize_t got = read(FLS_WIRE_DESCRIPTOR, to, length);
        if (got <= 0) {
            exit(0);
        }
        to += got;
        length -= (size_t)got;
    }
}

static void write_all(const uint8_t *from, size_t length) {
    while (length > 0) {
        ssize_t put = write(FLS_WIRE_DESCRIPTOR, from, length);
        if (put <= 0) {
            exit(0);
        }
        from += put;
        length -= (size_t)put;
    }
}

/* Adds a frame to `output` and returns where the next one goes. */
static size_t add(size_t at, uint8_t type, uint32_t id, const char *payload, size_t length) {
    put_u32(output + at, (uint32_t)length);
    output[at + 4] = type;
    put_u32(output + at + 5, id);
    memcpy(output + at + 9, payload, length);
    return at + 9 + length;
}

static void say(uint8_t type, uint32_t id, const char *payload, size_t length) {
    write_all(output, add(0, type, id, payload, length));
}

static const char huge[2 << 20] = {'1'};
static char boast[1 << 19];

static void call(uint32_t id, uint64_t held) {
    char payload[] = "........\377\377\377\377\377\377\377\377\4\0\0\0wait{}"; /* no script has that place */
    put_u32((uint8_t *)payload, (uint32_t)held);
    put_u32((uint8_t *)payload + 4, (uint32_t)(held >> 32));
    say(FLS_FRAME_CALL, id, payload, sizeof payload - 1);
}

static void lie(const char *lie, uint32_t id) {
    if (strstr(lie, "notes")) {
        for (;;) {
            say(FLS_FRAME_NOTE, id, "\3\0\0\0log{}", 9);
        }
    } else if (strstr(lie, "compiled")) {
        for (;;) {
            say(FLS_FRAME_COMPILED, 7, "", 0);
        }
    } else if (strstr(lie, "holds")) {
        call(id, UINT64_MAX);
    } else if (strstr(lie, "waits")) {
        call(id, 1000);
    } else if (strstr(lie, "endless")) {
        put_u32(output, UINT32_MAX);
        write_all(output, 9);
    } else if (strstr(lie, "large")) {
        say(FLS_FRAME_DONE, id, huge, sizeof huge);
    } else if (strstr(lie, "twice")) {
        size_t length = add(0, FLS_FRAME_DONE, id, "1", 1);
        write_all(output, add(length, FLS_FRAME_DONE, id, "2", 1));
    } else if (strstr(lie, "other")) {
        say(FLS_FRAME_DONE, id + 1, "1", 1);
    } else if (strstr(lie, "operation")) {
        say(FLS_FRAME_CALL, id, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\377\377\377\377wait{}", 26);
    } else if (strstr(lie, "short")) {
        say(FLS_FRAME_CALL, id, "....", 4);
    } else if (strstr(lie, "unknown")) {
        say(250, id, "", 0);
    } else if (strstr(lie, "hello")) {
        say(FLS_FRAME_HELLO, FLS_WIRE_VERSION, "\77\0\0\0", 4);
    } else if (strstr(lie, "boast")) {
        size_t length = sizeof "{\"code\":\"script_error\",\"traceback\":[],\"message\":\"" - 1;
        memset(boast, 'x', sizeof boast);
        memcpy(boast, "{\"code\":\"script_error\",\"traceback\":[],\"message\":\"", length);
        memcpy(boast + sizeof boast - 2, "\"}", 2);
        say(FLS_FRAME_ERROR, id, boast, sizeof boast);
    } else if (strstr(lie, "word")) {
        static const char word[] = "{\"code\":\"interrupted\",\"traceback\":[],\"message\":\"x\"}";
        say(FLS_FRAME_ERROR, id, word, sizeof word - 1);
    } else if (strstr(lie, "error")) {
        say(FLS_FRAME_ERROR, id, "[[[[", 4);
    } else if (strstr(lie, "drip")) {
        add(0, FLS_FRAME_DONE, id, huge, 60000);
        for (size_t i = 0;; i++) {
            write_all(output + i % 60000, 1);
            usleep(1000);
        }
    } else if (!strstr(lie, "silent")) {
        say(FLS_FRAME_DONE, id, "\"told\"", 6);
    }
}

int main(void) {
    say(FLS_FRAME_HELLO, FLS_WIRE_VERSION, "\77\0\0\0", 4);
    for (;;) {
        uint8_t head[10];
        read_all(head, 9);
        uint32_t length = get_u32(head), id = get_u32(head + 5);
        if (length >= sizeof input) {
            return 1;
        }
        read_all(input, length);
        input[length] = 0;
        if (head[4] == FLS_FRAME_BUNDLE) {
            say(FLS_FRAME_COMPILED, id, "", 0);
        } else if (head[4] == FLS_FRAME_START && length > FLS_WIRE_START_BYTES) {
            lie((const char *)input + FLS_WIRE_START_BYTES, id);
        } else if (head[4] == FLS_FRAME_RESUME) {
            say(FLS_FRAME_DONE, id, "\"told\"", 6);
        }
    }
}
