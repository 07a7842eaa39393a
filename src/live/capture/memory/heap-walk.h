/*
 * Reads V8's heap straight from memory and writes it as compact records, in a forked child of the process.
 *
 * V8 itself says what an object refers to: its visitors and its list of roots are called, found by name in the symbols of the
 * executable (or libnode). No offset and no vtable slot is known per version; what cannot be found or is not known is refused with
 * a reason. Nothing is allocated in V8, nothing locked, no garbage collected, so the child needs none of the other threads.
 *
 * Records: docs/memory-format.md.
 */
#ifndef LEAKSCOPE_HEAP_WALK_H
#define LEAKSCOPE_HEAP_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOST_SEEDS = 32, BUILD_ID_ROOM = 2 * 64 + 1 };

struct heap_walk {
  int output;                 /* descriptor that the records go to */
  uintptr_t isolate;          /* v8::Isolate of this thread */
  uintptr_t seeds[MOST_SEEDS]; /* tagged pointers to objects of this heap, functions among them; places to begin to look from */
  int seed_count;
  const char *node;           /* `v24.22.3` */
  const char *v8;             /* `13.6.233.17-node.37` */
  const char *symbols;        /* where V8's functions are in this build, for a stripped one: see listed-symbols.c; NULL if not known */
  bool ids;                   /* also write the ids that V8 has given out */
  bool native;                /* also write Node.js' own objects, V8's embedder graph */
  bool check_all;             /* check every object, not a sample: for tests */
  int break_at;               /* for tests: faults after so many objects; 0 never */
};

/* Walks and writes. False where it refused or faulted: then the last section says why, or the output ends in the middle. */
bool walk_heap(const struct heap_walk *walk);

/* The build id of the file that has V8's code, in hexadecimal; empty where it has none. */
void build_of_v8(char id[BUILD_ID_ROOM]);

/* Behind the records: what is known beside them, as JSON. */
void write_beside_heap(const char *json, size_t length);

#endif
