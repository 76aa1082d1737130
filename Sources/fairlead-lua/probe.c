#include "probe.h"

#ifdef FLS_PROBE

#include "fls_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    const char *name;
    long (*attempt)(void);
} attempt;

static char page[4096 * 2] __attribute__((aligned(4096)));

static long try_open(void) { return open("/etc/passwd", O_RDONLY); }
static long try_create(void) { return open("fairlead-probe", O_CREAT | O_WRONLY, 0600); }
static long try_socket(void) { return socket(AF_INET, SOCK_STREAM, 0); }
static long try_unix_socket(void) { return socket(AF_UNIX, SOCK_STREAM, 0); }
static long try_fork(void) { return syscall(SYS_fork); }
static long try_clone(void) { return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }
static long try_thread(void) { return syscall(SYS_clone3, 0, 0); }
static long try_execute(void) { return execl("/bin/true", "true", (char *)NULL); }
static long try_kill_parent(void) { return kill(getppid(), 0); }
static long try_kill_group(void) { return syscall(SYS_kill, 0, SIGTERM); }
static long try_trace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL); }
static long try_read_memory(void) { return syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0); }
static long try_executable_memory(void) { return (long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
static long try_make_executable(void) { return mprotect(page, 4096, PROT_READ | PROT_EXEC); }
static long try_map_descriptor(void) { return (long)mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, FLS_WIRE_DESCRIPTOR, 0); }
static long try_write_error(void) { return write(2, "x", 1); }
static long try_read_input(void) { return read(0, page, 1); }
static long try_duplicate(void) { return dup(FLS_WIRE_DESCRIPTOR); }
static long try_send_descriptor(void) { return syscall(SYS_sendmsg, FLS_WIRE_DESCRIPTOR, NULL, 0); }
static long try_raise_limit(void) { return syscall(SYS_prlimit64, 0, 9, NULL, NULL); }
static long try_own_pid(void) { return syscall(SYS_getpid); }
static long try_other_clock(void) { struct timespec t; return syscall(SYS_clock_gettime, CLOCK_MONOTONIC_RAW, &t); }
static long try_sleep(void) { struct timespec t = {.tv_sec = 1}; return syscall(SYS_nanosleep, &t, NULL); }
static long try_handler(void) { return syscall(SYS_rt_sigaction, SIGSYS, NULL, NULL, 8); }
static long try_io_uring(void) { return syscall(425, 1, NULL); }
static long try_bpf(void) { return syscall(SYS_bpf, 0, NULL, 0); }
static long try_mount(void) { return syscall(SYS_mount, NULL, NULL, NULL, 0, NULL); }
static long try_allowed(void) { return (long)(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED); }
static long try_much_memory(void) { return (long)(mmap(NULL, (size_t)8 << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED); }

static const attempt attempts[] = {
    {"open", try_open}, {"create", try_create}, {"socket", try_socket}, {"unix_socket", try_unix_socket}, {"fork", try_fork},
    {"clone", try_clone}, {"thread", try_thread}, {"execute", try_execute}, {"kill_parent", try_kill_parent}, {"kill_group", try_kill_group},
    {"trace", try_trace}, {"read_memory", try_read_memory}, {"executable_memory", try_executable_memory},
    {"make_executable", try_make_executable}, {"map_descriptor", try_map_descriptor}, {"write_error", try_write_error},
    {"read_input", try_read_input}, {"duplicate", try_duplicate}, {"send_descriptor", try_send_descriptor}, {"raise_limit", try_raise_limit},
    {"own_pid", try_own_pid}, {"other_clock", try_other_clock}, {"sleep", try_sleep}, {"handler", try_handler}, {"io_uring", try_io_uring},
    {"bpf", try_bpf}, {"mount", try_mount}, {"allowed", try_allowed}, {"much_memory", try_much_memory},
};

void probe(const frame *f) {
    char text[64];
    for (size_t i = 0; f->type == PROBE_FRAME && i < sizeof attempts / sizeof *attempts; i++) {
        if (strlen(attempts[i].name) == f->length && memcmp(attempts[i].name, f->payload, f->length) == 0) {
            long result = attempts[i].attempt();
            int length = snprintf(text, sizeof text, "%ld %d", result, result < 0 ? errno : 0);
            frame_write(FLS_FRAME_DONE, f->id, NULL, 0, text, (size_t)length);
            _exit(FLS_EXIT_CLOSED);
        }
    }
}

#endif
