/*
 * Reads V8's heap straight from memory and writes it as compact records, in a forked child of the process.
 *
 * V8 itself finds the references of an object: the walk calls V8's visitors and its iteration of roots, found by name in the
 * symbols of the executable (or libnode). It contains no offsets or vtable slots per version; what is missing or unknown is
 * refused with a reason. It does not allocate in V8, lock, or collect garbage, so the child needs none of the other threads.
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
  int output;                 /* descriptor for the records */
  uintptr_t isolate;          /* v8::Isolate of this thread */
  uintptr_t seeds[MOST_SEEDS]; /* tagged pointers to objects of this heap, some of them functions, from which the heap is found */
  int seed_count;
  const char *node;           /* `v24.22.3` */
  const char *v8;             /* `13.6.233.17-node.37` */
  const char *symbols;        /* for a stripped build, the listed symbols: see listed-symbols.c; NULL if unknown */
  bool ids;                   /* also write the ids that V8 has assigned */
  bool native;                /* also write Node.js' own objects (V8's embedder graph) */
  bool check_all;             /* check every object, not a sample: for tests */
  int break_at;               /* for tests: fault after this many objects; 0: never */
};

/* Walks and writes. False if it refused or faulted: then the last section has the reason, or the output is cut off. */
bool walk_heap(const struct heap_walk *walk);

/* The build id of the file that contains V8, in hexadecimal; empty if it has none. */
void build_of_v8(char id[BUILD_ID_ROOM]);

/* Writes JSON with further facts after the records. */
void write_beside_heap(const char *json, size_t length);

#endif
