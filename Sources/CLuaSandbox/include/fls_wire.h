/*
 * What the host and a worker say to each other over the worker's descriptor 3, a stream socket.
 *
 * Frame:   u32 length of the payload, u8 type, u32 id, payload. Integers are little endian.
 * Worker:  one HELLO first. Then it answers frames one by one, in order; START and RESUME are answered by CALL, DONE, ERROR or FATAL, after
 *          any number of NOTEs; BUNDLE by COMPILED or FATAL; DROP_BUNDLE and DROP_RUN by nothing. It ends when the socket closes.
 *
 * BUNDLE       id = bundle; payload as fls_bundle_create takes it
 * DROP_BUNDLE  id = bundle
 * START        id = run; u32 bundle, u32 slice_cpu_ms, u32 run_cpu_ms, u32 nesting, u32 notes, u64 memory_bytes, u64 output_bytes,
 *              u32 length of the request, request JSON, attachment
 * RESUME       id = run; reply JSON
 * DROP_RUN     id = run
 * HELLO        id = FLS_WIRE_VERSION; u32 confinement bits, Lua version as text
 * COMPILED     id = bundle; empty, or error JSON (every START of that bundle is then answered by the same ERROR)
 * CALL         id = run; u64 held_bytes, u32 script (its place in the bundle; 0 where it is not known), u32 line in it, u32 length of op, op,
 *              arguments JSON
 * DONE         id = run; result JSON
 * ERROR        id = run; error JSON
 * FATAL        id = what was executing; error JSON. The last frame: the worker ends
 * NOTE         id = run; u32 length of op, op, arguments JSON
 */
#ifndef FLS_WIRE_H
#define FLS_WIRE_H

enum {
    FLS_WIRE_VERSION = 3,
    FLS_WIRE_DESCRIPTOR = 3,
    FLS_WIRE_HEADER_BYTES = 9,
    FLS_WIRE_START_BYTES = 40,
    FLS_WIRE_CALL_BYTES = 20, /* before op */
    FLS_WIRE_PAYLOAD_MAX = 64 * 1024 * 1024,
    FLS_WIRE_OP_MAX = 64,
    FLS_WIRE_NOTE_MAX = 64 * 1024,     /* a note's arguments */
    FLS_WIRE_ERROR_MAX = 1024 * 1024,
};

/* Host to worker. */
enum {
    FLS_FRAME_BUNDLE = 1,
    FLS_FRAME_DROP_BUNDLE = 2,
    FLS_FRAME_START = 3,
    FLS_FRAME_RESUME = 4,
    FLS_FRAME_DROP_RUN = 5,
};

/* Worker to host. */
enum {
    FLS_FRAME_HELLO = 64,
    FLS_FRAME_COMPILED = 65,
    FLS_FRAME_CALL = 66,
    FLS_FRAME_DONE = 67,
    FLS_FRAME_ERROR = 68,
    FLS_FRAME_NOTE = 69,
    FLS_FRAME_FATAL = 70,
};

/* What confines a worker; HELLO tells which of them hold. */
enum {
    FLS_CONFINED_DESCRIPTORS = 1,
    FLS_CONFINED_NO_NEW_PRIVILEGES = 2,
    FLS_CONFINED_RESOURCES = 4,
    FLS_CONFINED_NOT_DUMPABLE = 8,
    FLS_CONFINED_DIES_WITH_PARENT = 16,
    FLS_CONFINED_SYSTEM_CALLS = 32,
    FLS_CONFINED_ALL = 63,
};

/* How a worker ends when it ends itself. */
enum {
    FLS_EXIT_CLOSED = 0,      /* the host closed the socket */
    FLS_EXIT_PROTOCOL = 64,   /* a frame it does not understand */
    FLS_EXIT_LIMIT = 65,      /* a run went past a limit; FATAL was written before */
    FLS_EXIT_STARVED = 66,    /* the system gave no memory; no run is at fault */
    FLS_EXIT_CRASHED = 128,   /* plus the signal's number */
};

#endif
