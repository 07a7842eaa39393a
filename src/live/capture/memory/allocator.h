#ifndef LEAKSCOPE_ALLOCATOR_H
#define LEAKSCOPE_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

struct allocator {
  size_t system; /* bytes that malloc has from the system, without what it maps for single large allocations */
  size_t mapped; /* bytes that it mapped for those */
  size_t unused; /* bytes of `system` that nobody uses */
  size_t resident; /* of those, the bytes in memory that malloc_trim() gave back */
  int arenas;
};

/*
 * What glibc's malloc keeps, and what of it is free: only in a forked child, as all free memory is given back to the system to
 * measure it. False with another C library or allocator.
 */
bool measure_allocator(struct allocator *found);

#endif
