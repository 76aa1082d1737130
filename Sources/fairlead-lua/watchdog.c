#include "watchdog.h"

#include "fls_wire.h"
#include "frames.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { TICK_MS = 25 };

static fls_run *executing;
static uint32_t executing_id;
static volatile sig_atomic_t busy, expired, reporting, ticks_left;
static char stack[64 * 1024];
static char report[1024];
static size_t report_length;

/* ---- text, by hand: nothing else may be called in a signal handler ---- */

static void add(const char *text) {
    while (*text != 0 && report_length < sizeof report - 64) {
        report[report_length++] = *text++;
    }
}

static void add_name(const char *text) {
    for (; *text != 0 && report_length < sizeof report - 64; text++) {
        unsigned char c = (unsigned char)*text;
        report[report_length++] = c >= 0x20 && c < 0x7F && c != '"' && c != '\\' ? (char)c : '?';
    }
}

static void add_number(int value) {
    char digits[12];
    size_t at = sizeof digits;
    digits[--at] = 0;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 && at > 0);
    add(digits + at);
}

_Noreturn static void send_report(const char *code, const char *message, const char *script, int line, int status) {
    report_length = 0;
    add("{\"code\":\"");
    add(code);
    add("\",\"message\":\"");
    add(message);
    add("\",\"traceback\":[]");
    if (script != NULL && script[0] != 0) {
        add(",\"script\":\"");
        add_name(script);
        add("\"");
        if (line > 0) {
            add(",\"line\":");
            add_number(line);
        }
    }
    add("}");
    frame_write(FLS_FRAME_FATAL, executing_id, NULL, 0, report, report_length);
    _exit(status);
}

static const char cpu_message[] = "the script used too much CPU inside one library call";

_Noreturn void watchdog_fail(const char *code, const char *message, int status) {
    char script[256] = "";
    int line = 0;
    if (executing != NULL) {
        reporting = 1;
        fls_run_position(executing, script, sizeof script, &line);
    }
    send_report(code, message, script, line, status);
}

static void on_timer(int signal) {
    (void)signal;
    if (!busy || --ticks_left > 0) {
        return;
    }
    if (frame_is_open) {
        expired = 1;
        return;
    }
    watchdog_fail("cpu_limit", cpu_message, FLS_EXIT_LIMIT);
}

/* A second fault, inside this handler, is not handled: the kernel ends the process. */
static void on_fault(int signal) {
    if (!busy || frame_is_open) {
        _exit(FLS_EXIT_CRASHED + signal);
    }
    if (reporting) { /* Lua's state could not be read half-way through a call: leave the line out */
        send_report("cpu_limit", cpu_message, NULL, 0, FLS_EXIT_LIMIT);
    }
    watchdog_fail("worker_crashed", "the script crashed the Lua interpreter", FLS_EXIT_CRASHED + signal);
}

void watchdog_install(void) {
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&other, NULL); /* a fault may mean that the ordinary stack is full */
    struct sigaction action = {.sa_flags = SA_ONSTACK | SA_RESTART};
    action.sa_handler = on_timer;
    sigaction(SIGPROF, &action, NULL);
    action.sa_handler = on_fault;
    action.sa_flags = (int)(SA_ONSTACK | SA_RESETHAND);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
    sigaction(SIGILL, &action, NULL);
    /* It ticks for as long as the worker lives, by the CPU that it uses: starting and stopping it would cost each slice two system calls. */
    struct itimerval timer = {.it_interval = {.tv_usec = TICK_MS * 1000}, .it_value = {.tv_usec = TICK_MS * 1000}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

void watchdog_begin(fls_run *run, uint32_t id, uint32_t cpu_ms) {
    executing = run;
    executing_id = id;
    expired = 0;
    ticks_left = (sig_atomic_t)(cpu_ms / TICK_MS + 1); /* the first may come at once */
    busy = 1;
}

void watchdog_end(void) {
    busy = 0;
}

void watchdog_check(void) {
    if (expired && busy) {
        watchdog_fail("cpu_limit", cpu_message, FLS_EXIT_LIMIT);
    }
}
