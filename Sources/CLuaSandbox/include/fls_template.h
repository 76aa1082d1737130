/* Prepared states, so that a run begins sooner. */
#ifndef FLS_TEMPLATE_H
#define FLS_TEMPLATE_H

/*
 * States in which the prelude has run, kept as bytes. A run that begins as a copy of one begins sooner; it shares nothing with the runs before it,
 * for the copy replaces all that they left. The bytes mean something at one address only, so there are a few of them, made when first needed; where
 * all are in use a run builds a state for itself.
 */
typedef struct fls_templates fls_templates;

/* Returns NULL where memory ran out: runs do without. */
fls_templates *fls_templates_create(void);
/* Call it when no run is left. */
void fls_templates_free(fls_templates *all);

#endif
