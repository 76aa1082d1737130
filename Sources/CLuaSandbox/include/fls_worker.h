/* The host's side of a worker process: what would be clumsy or unsafe to do from Swift. */
#ifndef FLS_WORKER_H
#define FLS_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Starts a worker: empty environment, no descriptor but its end of a socket. Writes its pid and the host's end (close on exec).
 * Returns 0, or errno. The worker dies with the calling *thread*, which must therefore live as long as the worker is wanted.
 */
int fls_worker_spawn(const char *path, uint64_t address_space_bytes, int *pid, int *descriptor);

/* Kills and reaps. Returns false where the process could not be reaped. */
bool fls_worker_kill(int pid);

/* Reaps a worker that has closed its socket, killing it where it has not ended within a second. Returns its exit status, or minus the signal. */
int fls_worker_reap(int pid);

/* A descriptor (close on exec) that becomes readable when the worker ends; -1 where none is to be had. */
int fls_worker_watch(int pid);

/* CPU time the process has used, in nanoseconds; 0 where it cannot be told. */
uint64_t fls_worker_cpu_ns(int pid);

/* A descriptor for waking a thread that polls: fls_wake_signal makes it readable, fls_wake_clear makes it silent again. -1 where none is to be had.
*/
int fls_wake_create(void);
void fls_wake_signal(int descriptor);
void fls_wake_clear(int descriptor);

/* Waits until one of two descriptors is readable or closed; -1 for none. Bit 1: the first, bit 2: the second; 0 after timeout_ms (-1: for ever). */
int fls_wait(int first, int second, int timeout_ms);

/* Waits until a descriptor is readable or closed; false after timeout_ns, which is less than a second. */
bool fls_wait_ns(int descriptor, int64_t timeout_ns);

/* Sends all bytes within timeout_ms, however often the other side reads a part; false where it is gone or does not read. */
bool fls_send(int descriptor, const uint8_t *bytes, size_t length, int timeout_ms);

/* Receives what is there, at most `length` bytes: the count, 0 where the other side closed or failed, -1 where nothing is there yet. */
long fls_receive(int descriptor, uint8_t *bytes, size_t length);

#endif
