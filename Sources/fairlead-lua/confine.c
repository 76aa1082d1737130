#include "confine.h"

#include "fls_wire.h"

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The comparisons that libseccomp's SCMP_A0 and the like make leave out the member that equality does not use. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static bool dies_with_parent(int parent) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        return false;
    }
    if (getppid() != parent) {
        _exit(FLS_EXIT_CLOSED); /* it died before the request took hold */
    }
    return true;
}

/* Standard input, output and error lead nowhere; a library that writes there must not hit the socket. */
static bool closes_descriptors(void) {
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < FLS_WIRE_DESCRIPTOR; i++) {
        if (nowhere < 0) {
            close(i);
        } else if (nowhere != i) {
            dup2(nowhere, i);
        }
    }
    return close_range(FLS_WIRE_DESCRIPTOR + 1, ~0U, 0) == 0;
}

static bool limit(__rlimit_resource_t resource, rlim_t value) {
    struct rlimit present;
    if (getrlimit(resource, &present) != 0) {
        return false;
    }
    if (present.rlim_max != RLIM_INFINITY && present.rlim_max < value) {
        value = present.rlim_max;
    }
    struct rlimit wanted = {.rlim_cur = value, .rlim_max = value};
    return setrlimit(resource, &wanted) == 0;
}

static bool limits_resources(uint64_t address_space_bytes) {
    bool good = limit(RLIMIT_AS, address_space_bytes);   /* several waiting runs and one that grows */
    good = limit(RLIMIT_STACK, 64 << 20) && good;        /* Lua 5.4.4 recurses once for each field of a long a.b.c chain in an error */
    good = limit(RLIMIT_CPU, 600) && good;               /* seconds; the host retires a worker long before */
    good = limit(RLIMIT_NOFILE, FLS_WIRE_DESCRIPTOR + 1) && good;
    good = limit(RLIMIT_NPROC, 0) && good;
    good = limit(RLIMIT_FSIZE, 0) && good;
    good = limit(RLIMIT_CORE, 0) && good;                /* a core would hold what scripts saw */
    return limit(RLIMIT_MEMLOCK, 0) && good;
}

/* Where memory runs out, the system ends this process before the host. No confinement: where it does not work, nothing follows. */
static void goes_first(void) {
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        if (write(score, "1000", 4) < 0) {
            /* it is a wish */
        }
        close(score);
    }
}

/* The allow-list: whatever is not here kills the process. */
static bool filters_system_calls(void) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) {
        return false;
    }
    const unsigned allow = SCMP_ACT_ALLOW;
    int failed = 0;
    /* The socket to the host, and no other descriptor. */
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(read), 1, SCMP_A0(SCMP_CMP_EQ, FLS_WIRE_DESCRIPTOR));
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(write), 1, SCMP_A0(SCMP_CMP_EQ, FLS_WIRE_DESCRIPTOR));
    /* malloc: anonymous memory that is never executable. The descriptor is a 32-bit -1. */
    failed |= seccomp_rule_add(
        filter, allow, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)
    );
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(munmap), 0);
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(mremap), 0); /* realloc of large blocks; keeps protection as it is */
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(brk), 0);
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(madvise), 1, SCMP_A2(SCMP_CMP_EQ, MADV_DONTNEED)); /* malloc gives memory back */
    /* The instruction hook reads this thread's CPU time; no other clock, no other process's. */
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(clock_gettime), 1, SCMP_A0(SCMP_CMP_EQ, CLOCK_THREAD_CPUTIME_ID));
    /* The way back from the handler of the timer, which was set before, for what the hook cannot stop. */
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(rt_sigreturn), 0);
    /* The end. */
    failed |= seccomp_rule_add(filter, allow, SCMP_SYS(exit_group), 0);
    bool loaded = failed == 0 && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return loaded;
}

uint32_t confine(int parent, uint64_t address_space_bytes) {
    uint32_t held = 0;
    goes_first();
    held |= dies_with_parent(parent) ? FLS_CONFINED_DIES_WITH_PARENT : 0;
    held |= closes_descriptors() ? FLS_CONFINED_DESCRIPTORS : 0;
    clearenv();
    held |= prctl(PR_SET_DUMPABLE, 0) == 0 ? FLS_CONFINED_NOT_DUMPABLE : 0; /* nobody may trace it or read its memory */
    held |= prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? FLS_CONFINED_NO_NEW_PRIVILEGES : 0;
    held |= limits_resources(address_space_bytes) ? FLS_CONFINED_RESOURCES : 0;
    held |= filters_system_calls() ? FLS_CONFINED_SYSTEM_CALLS : 0;
    return held;
}
