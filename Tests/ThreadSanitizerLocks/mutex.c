/* Swift's `Mutex` waits for a lock, and hands one over to who waits, inside libswiftSynchronization. That library is built without ThreadSanitizer, so
 * that two turns of a contended lock would look like a race. In a build for ThreadSanitizer these two stand before the library's own: they call them
 * and say what happened. Any other build holds nothing of this file. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *mutex
typedef SWIFT void (*lock_function)(uint32_t thread, SELF);
typedef SWIFT void (*unlock_function)(SELF);

static lock_function library_lock;
static unlock_function library_unlock;

/* `_MutexHandle._lockSlow(_:)` and `_MutexHandle._unlockSlow()`, as the compiler calls them. */
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void tsan_lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void tsan_unlock(SELF) __asm__(UNLOCK);

__attribute__((constructor)) static void find(void) {
    library_lock = (lock_function)dlsym(RTLD_NEXT, LOCK);
    library_unlock = (unlock_function)dlsym(RTLD_NEXT, UNLOCK);
    if (library_lock && library_unlock) return;
    fputs("libswiftSynchronization names the slow paths of Mutex differently: see Tests/ThreadSanitizerLocks/mutex.c\n", stderr);
    abort();
}

SWIFT void tsan_lock(uint32_t thread, SELF) {
    library_lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT void tsan_unlock(SELF) {
    __tsan_release(mutex);
    library_unlock(mutex);
}

#endif
#endif
