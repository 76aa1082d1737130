/* The host's side of a worker process. */
#include "fls_worker.h"
#include "fls_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int fls_worker_spawn(const char *path, uint64_t address_space_bytes, int *pid, int *descriptor) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return errno;
    }
    char parent[16], memory[24];
    snprintf(parent, sizeof parent, "%d", (int)getpid());
    snprintf(memory, sizeof memory, "%" PRIu64, address_space_bytes);
    char *const arguments[] = {"fairlead-lua", parent, memory, NULL}, *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    /* A worker must not be stopped by a terminal's Ctrl-C before its runs are over: it gets a process group of its own. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    int failed = 0;
    if (ends[1] == FLS_WIRE_DESCRIPTOR) { /* duplicating onto itself would leave it closing on exec */
        failed = fcntl(ends[1], F_SETFD, 0) != 0 ? errno : 0;
    } else {
        failed = posix_spawn_file_actions_adddup2(&actions, ends[1], FLS_WIRE_DESCRIPTOR);
    }
    if (failed == 0) {
        failed = posix_spawn_file_actions_addclosefrom_np(&actions, FLS_WIRE_DESCRIPTOR + 1);
    }
    if (failed == 0) {
        pid_t child;
        failed = posix_spawn(&child, path, &actions, &attributes, arguments, environment);
        *pid = failed == 0 ? (int)child : 0;
    }
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(ends[1]);
    if (failed != 0) {
        close(ends[0]);
        return failed;
    }
    *descriptor = ends[0];
    return 0;
}

static bool reap(int pid, int options, int *status) {
    pid_t found;
    do {
        found = waitpid(pid, status, options);
    } while (found < 0 && errno == EINTR);
    return found == pid || (found < 0 && errno == ECHILD); /* a program that ignores SIGCHLD has it reaped by the system */
}

bool fls_worker_kill(int pid) {
    int status;
    kill(pid, SIGKILL);
    return reap(pid, 0, &status);
}

int fls_worker_reap(int pid) {
    int status = 0;
    bool ended = false;
    for (int i = 0; i < 2000 && !(ended = reap(pid, WNOHANG, &status)); i++) {
        struct timespec pause = {.tv_nsec = 500000};
        nanosleep(&pause, NULL);
    }
    if (!ended) {
        kill(pid, SIGKILL);
        ended = reap(pid, 0, &status);
    }
    if (!ended) {
        return -SIGKILL;
    }
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int fls_worker_watch(int pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0); /* closes on exec by itself */
}

uint64_t fls_worker_cpu_ns(int pid) {
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return (uint64_t)used.tv_sec * 1000000000u + (uint64_t)used.tv_nsec;
}

int fls_wake_create(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void fls_wake_signal(int descriptor) {
    uint64_t one = 1;
    while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void fls_wake_clear(int descriptor) {
    uint64_t signals;
    while (read(descriptor, &signals, sizeof signals) < 0 && errno == EINTR) {
    }
}

int fls_wait(int first, int second, int timeout_ms) {
    struct pollfd descriptors[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}}; /* poll skips -1 */
    int count = poll(descriptors, 2, timeout_ms);
    return count <= 0 ? 0 : (descriptors[0].revents != 0 ? 1 : 0) | (descriptors[1].revents != 0 ? 2 : 0);
}

bool fls_wait_ns(int descriptor, int64_t timeout_ns) {
    struct pollfd readable = {.fd = descriptor, .events = POLLIN};
    struct timespec timeout = {.tv_nsec = (long)timeout_ns};
    return ppoll(&readable, 1, &timeout, NULL) > 0;
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool fls_send(int descriptor, const uint8_t *bytes, size_t length, int timeout_ms) {
    int64_t deadline = -1; /* known once it was not all sent at once */
    for (;;) {
        ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent == 0 || (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
            return length == 0;
        }
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
            if (length == 0) {
                return true;
            }
        }
        /* One deadline for all of it: a worker that reads a little now and then must not hold the host. */
        int64_t now = now_ms();
        if (deadline < 0) {
            deadline = now + timeout_ms;
        }
        struct pollfd room = {.fd = descriptor, .events = POLLOUT};
        if (now >= deadline || (sent < 0 && poll(&room, 1, (int)(deadline - now)) == 0)) {
            return false;
        }
    }
}

long fls_receive(int descriptor, uint8_t *bytes, size_t length) {
    for (;;) {
        ssize_t count = recv(descriptor, bytes, length, MSG_DONTWAIT);
        if (count >= 0) {
            return (long)count;
        }
        if (errno == EINTR) {
            continue;
        }
        return errno == EAGAIN || errno == EWOULDBLOCK ? -1 : 0;
    }
}
