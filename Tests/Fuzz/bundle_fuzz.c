/* Feeds the reader of bundles with anything, and runs what compiles: it must neither crash nor leak, and every end must be an outcome. */
#include "fls_run.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *exact = malloc(size + (size == 0)); /* so that reading one byte too many is seen */
    if (exact == NULL) {
        return 0;
    }
    memcpy(exact, data, size);
    char *error = NULL;
    fls_bundle *bundle = fls_bundle_create(exact, size, 4 << 20, &error);
    free(exact);
    if (bundle != NULL) {
        fls_limits limits = {
            .slice_cpu_ms = 20, .run_cpu_ms = 50, .nesting = 16, .notes = 10, .memory_bytes = 1 << 20, .output_bytes = 1 << 16,
        };
        fls_listener listener = {0};
        static fls_templates *templates;
        templates = templates == NULL ? fls_templates_create() : templates;
        fls_run *run = fls_run_create(bundle, size % 2 == 0 ? templates : NULL, &limits, &listener);
        if (run != NULL) {
            fls_outcome outcome = fls_run_start(run, "{}", 2, "[]", size % 3);
            for (int i = 0; i < 10 && outcome.status == FLS_CALL; i++) {
                outcome = fls_run_resume(run, "{}", 2);
            }
            fls_run_free(run);
        }
    }
    fls_bundle_release(bundle);
    free(error);
    return 0;
}
