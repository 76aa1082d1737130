/* How a run takes a prepared state, and gives it back. */
#ifndef FLS_RUN_TEMPLATE_H
#define FLS_RUN_TEMPLATE_H

#include "core/run_state.h"
#include "fls_template.h"

typedef struct fls_template fls_template;

/* A run whose state is a copy of a template's; NULL where all are in use or the prelude cannot be run. */
fls_run *fls_template_copy(fls_templates *all, fls_bundle *bundle);
/* Ends the use of the template by its run. */
void fls_template_return(fls_template *home);

#endif
