#ifndef LEAKSCOPE_ALLOCATOR_H
#define LEAKSCOPE_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

struct allocator {
  size_t system; /* bytes that malloc got from the system, without single large allocations that it maps */
  size_t mapped; /* bytes mapped for single large allocations */
  size_t unused; /* unused bytes of `system` */
  size_t resident; /* of the unused, the resident bytes that malloc_trim() released */
  int arenas;
};

/*
 * Measures what glibc's malloc keeps, and how much of it is free: only in a forked child, as measuring releases all free
 * memory to the system. False with another C library or allocator.
 */
bool measure_allocator(struct allocator *found);

#endif
