/*
 * Marks what is reachable from the roots: one bit per word of memory, in chunks of 256 KB, so 1/64 of the heap. From the bits
 * follows every object's number in the order of addresses: 1/256 more.
 *
 * Objects to be visited wait on a stack of bounded size, another 1/64 of the heap; large arrays wait there as a slice. If it is
 * full, the object stays marked, its chunk is flagged, and all marked objects of that chunk are visited again afterwards.
 */
#include "walk.h"

#include <string.h>

enum { FIRST_TABLE = 1024, POOL = 16, SLICE = 2048, MOST_EPHEMERON_ROUNDS = 200, MOST_TORN_ROOTS = 16 };

struct marked marked;
static struct chunk **chunks; /* in the order found, later by address */
static struct chunk **table;
static size_t table_room;
static size_t count_of_chunks, room_for_chunks;
static struct chunk *pool, *last;
static size_t pool_left;

/* Grows a list in memory from take_memory(). */
static void *grown(void *list, size_t *room, size_t size) {
  const size_t before = *room, after = before == 0 ? 65536 / size : before * 2;
  void *larger = take_memory(after * size);
  if (before > 0) {
    memcpy(larger, list, before * size);
    give_memory(list, before * size);
  }
  *room = after;
  return larger;
}

/* V8's pages may be anywhere, so chunks are found by a hash of their address. */
static inline size_t place_of_chunk(address chunk) { return (chunk * 0x9E3779B97F4A7C15ull >> 32) & (table_room - 1); }

static struct chunk **find_chunk(address chunk) {
  size_t place = place_of_chunk(chunk);
  while (table[place] != NULL && table[place]->start >> CHUNK_BITS != chunk) place = (place + 1) & (table_room - 1);
  return &table[place];
}

static struct chunk *new_chunk(address chunk) {
  if (pool_left == 0) {
    pool = take_memory(POOL * sizeof *pool);
    pool_left = POOL;
  }
  pool_left--;
  struct chunk *found = pool++;
  found->start = chunk << CHUNK_BITS;
  if (count_of_chunks == room_for_chunks) chunks = grown(chunks, &room_for_chunks, sizeof *chunks);
  chunks[count_of_chunks++] = found;
  if (count_of_chunks * 2 <= table_room) {
    *find_chunk(chunk) = found;
    return found;
  }
  const size_t before = table_room;
  give_memory(table, before * sizeof *table);
  table_room = before * 2;
  table = take_memory(table_room * sizeof *table);
  for (size_t i = 0; i < count_of_chunks; i++) *find_chunk(chunks[i]->start >> CHUNK_BITS) = chunks[i];
  return found;
}

static inline struct chunk *chunk_of(address object) {
  const address chunk = object >> CHUNK_BITS;
  if (last != NULL && last->start >> CHUNK_BITS == chunk) return last;
  struct chunk *found = *find_chunk(chunk);
  return last = found != NULL ? found : new_chunk(chunk);
}

static inline unsigned place_in_chunk(address object) { return (object & ((1 << CHUNK_BITS) - 1)) >> 3; }

bool is_marked(address object) {
  const unsigned place = place_in_chunk(object);
  return (chunk_of(object)->marks[place >> 6] >> (place & 63) & 1) != 0;
}

/* True if it was not marked before. */
static inline bool mark(address object) {
  uint64_t *word = &chunk_of(object)->marks[place_in_chunk(object) >> 6];
  const uint64_t bit = 1ull << (place_in_chunk(object) & 63);
  if ((*word & bit) != 0) return false;
  *word |= bit;
  return true;
}

bool number_of(address object, uint32_t *number) {
  const struct chunk *chunk = chunk_of(object);
  const unsigned place = place_in_chunk(object);
  const uint64_t word = chunk->marks[place >> 6], bit = 1ull << (place & 63);
  if ((word & bit) == 0) return false;
  *number = chunk->first + chunk->before[place >> 6] + (uint32_t)__builtin_popcountll(word & (bit - 1));
  return true;
}

size_t chunk_count(void) { return count_of_chunks; }
const struct chunk *chunk_at(size_t place) { return chunks[place]; }

/* ---- The stack */

static address *stack;
static size_t stack_size, stack_room;
static bool any_overflowed;

static void overflow(address object) { chunk_of(object)->overflowed = any_overflowed = true; }

static inline void push(address object) {
  if (stack_size == stack_room) {
    overflow(object);
    return;
  }
  __builtin_prefetch((const void *)object);
  stack[stack_size++] = object;
}

/* A slice of an object's slots: its end, then its start, whose lowest bit distinguishes it from an object. */
static void push_slice(const address *start, const address *end) {
  if (stack_size + 2 > stack_room) {
    overflow(visited_object());
    return;
  }
  stack[stack_size++] = (address)end;
  stack[stack_size++] = (address)start | 1;
}

/* ---- Visiting objects */

static address *ephemerons;
static size_t ephemeron_count, room_for_ephemerons;
static bool holder_is_weak;

static void mark_range(const address *start, const address *end) {
  marked.slots += (uint64_t)(end - start);
  for (; start < end; start++) {
    if (!is_strong(*start)) continue;
    const address object = *start - 1;
    if (mark(object)) push(object);
  }
}

static void mark_slots(const address *start, const address *end, enum slot_kind kind) {
  if (kind == EPHEMERONS) {
    if (ephemeron_count > 0 && ephemerons[ephemeron_count - 1] == visited_object()) return;
    if (ephemeron_count == room_for_ephemerons) ephemerons = grown(ephemerons, &room_for_ephemerons, sizeof *ephemerons);
    ephemerons[ephemeron_count++] = visited_object();
    return;
  }
  if (kind == CUSTOM_WEAK && holder_is_weak) return;
  if (end - start > SLICE) {
    push_slice(start + SLICE, end);
    end = start + SLICE;
  }
  mark_range(start, end);
}

static void mark_extra(enum extra_kind kind, address value) {
  (void)kind;
  if (is_strong(value) && mark(value - 1)) push(value - 1);
}

static const struct visitor marking = {mark_slots, mark_extra};

/* Compares two computations of the size: V8's own function, and ours. */
static bool check_all;
static uint32_t seen_of_type[MOST_TYPES];

static void check(address object, address map, int size, unsigned type) {
  const uint32_t seen = seen_of_type[type]++;
  if (!check_all && seen >= 64 && (seen & 4095) != 0) return;
  marked.checked++;
  if (size_by_v8(object, map) != size || size < 8 || (size & 7) != 0) {
    refuse("size-differs", "an object is not of the size that V8 gives it", type_facts(type)->name);
  }
  if (!is_object(object)) refuse("no-object", "what is referred to is no object", type_facts(type)->name);
}

static void look_at(address object, bool again) {
  const address map = map_of(object);
  if (mark(map)) push(map);
  const unsigned type = type_of(map);
  const struct type *facts = type_facts(type);
  const int size = size_of(object, map);
  if (!again) { /* overflowed objects are not counted: enough for a comparison with the size that the heap reports */
    marked.bytes += (uint64_t)size;
    check(object, map, size, type);
  }
  if (facts->form != SLOTS) return;
  holder_is_weak = facts->holds_weakly;
  visit_body(object, map, size, &marking);
}

static void drain(void) {
  for (;;) {
    while (stack_size > 0) {
      const address top = stack[--stack_size];
      if ((top & 1) == 0) {
        look_at(top, false);
        continue;
      }
      const address *start = (const address *)(top - 1), *end = (const address *)stack[--stack_size];
      if (end - start > SLICE) {
        stack[stack_size++] = (address)end;
        stack[stack_size++] = (address)(start + SLICE) | 1;
        end = start + SLICE;
      }
      mark_range(start, end);
    }
    if (!any_overflowed) return;
    any_overflowed = false;
    for (size_t i = 0; i < count_of_chunks; i++) {
      struct chunk *chunk = chunks[i];
      if (!chunk->overflowed) continue;
      chunk->overflowed = false;
      for (size_t word = 0; word < CHUNK_WORDS / 64; word++) {
        for (uint64_t bits = chunk->marks[word]; bits != 0; bits &= bits - 1) {
          look_at(chunk->start + ((address)(word << 6 | (unsigned)__builtin_ctzll(bits)) << 3), true);
        }
      }
    }
  }
}

/* The value of a WeakMap entry is alive if the key is. */
static bool any_value;
static void mark_values(const address *start, const address *end, enum slot_kind kind) {
  if (kind != EPHEMERONS) return;
  for (; start < end; start += 2) {
    if (!is_strong(start[1]) || is_marked(start[1] - 1)) continue;
    if (is_strong(start[0]) && !is_marked(start[0] - 1)) continue;
    mark(start[1] - 1);
    push(start[1] - 1);
    any_value = true;
  }
}

static void look_at_ephemerons(void) {
  static const struct visitor values = {mark_values, mark_extra};
  do {
    any_value = false;
    for (size_t i = 0; i < ephemeron_count; i++) {
      const address table = ephemerons[i], map = map_of(table);
      visit_body(table, map, size_of(table, map), &values);
    }
    drain();
    if (++marked.ephemeron_rounds == MOST_EPHEMERON_ROUNDS) refuse("ephemerons", "its WeakMaps depend on each other too deeply", NULL);
  } while (any_value);
}

/* ---- Roots */

static struct root *roots;
static size_t count_of_roots, room_for_roots;
size_t root_count(void) { return count_of_roots; }
const struct root *root_at(size_t place) { return &roots[place]; }

static void take_root(int kind, const char *label, const address *slot, bool weak) {
  const address value = *slot;
  if ((value & 1) == 0 || (uint32_t)value == 3) return;
  /* A handle of a compiling thread may be half written. */
  if (!is_object(object_of(value))) {
    if (++marked.torn_roots > MOST_TORN_ROOTS) refuse("torn-roots", "its roots refer to what is no object", label);
    return;
  }
  if (count_of_roots == room_for_roots) roots = grown(roots, &room_for_roots, sizeof *roots);
  roots[count_of_roots++] = (struct root){kind, label, value, weak || is_weak(value)};
  if (!weak && is_strong(value) && mark(value - 1)) push(value - 1);
}

static void forget(void) {
  memset(&marked, 0, sizeof marked);
  memset(seen_of_type, 0, sizeof seen_of_type);
  chunks = NULL;
  roots = NULL;
  ephemerons = NULL;
  pool = last = NULL;
  count_of_chunks = room_for_chunks = count_of_roots = room_for_roots = ephemeron_count = room_for_ephemerons = 0;
  pool_left = stack_size = 0;
  table_room = FIRST_TABLE;
  table = take_memory(table_room * sizeof *table);
  any_overflowed = false;
}

void mark_from_roots(bool all) {
  forget();
  const size_t heap = bytes_of_objects();
  check_all = all;
  stack_room = heap / 64 / sizeof *stack < 16384 ? 16384 : heap / 64 / sizeof *stack;
  stack = take_memory(stack_room * sizeof *stack);
  visit_roots(take_root);
  drain();
  look_at_ephemerons();
  give_memory(stack, stack_room * sizeof *stack);
}

/* ---- Numbers */

static void sort_chunks(void) {
  /* Shellsort, as they are found in nearly ascending order. */
  for (size_t gap = count_of_chunks / 2; gap > 0; gap /= 2) {
    for (size_t i = gap; i < count_of_chunks; i++) {
      struct chunk *one = chunks[i];
      size_t k = i;
      for (; k >= gap && chunks[k - gap]->start > one->start; k -= gap) chunks[k] = chunks[k - gap];
      chunks[k] = one;
    }
  }
}

static bool is_read_only(const char *flags) { return flags[0] == 'r' && flags[1] == '-' && flags[2] == '-'; }

/* Flags the chunks of V8's read-only space, whose mappings are read-only. Mappings are sorted by address, too. */
static void note_read_only(void) {
  struct mappings mappings;
  if (!open_mappings(&mappings)) return;
  struct mapping mapping;
  size_t place = 0;
  while (place < count_of_chunks && next_mapping(&mappings, &mapping)) {
    for (; place < count_of_chunks && chunks[place]->start < mapping.end; place++) {
      chunks[place]->read_only = chunks[place]->start >= mapping.start && is_read_only(mapping.flags);
    }
  }
  close_mappings(&mappings);
}

void number_objects(void) {
  sort_chunks();
  uint64_t first = 0;
  for (size_t i = 0; i < count_of_chunks; i++) {
    struct chunk *chunk = chunks[i];
    uint32_t count = 0;
    for (size_t word = 0; word < CHUNK_WORDS / 64; word++) {
      chunk->before[word] = (uint16_t)count;
      count += (uint32_t)__builtin_popcountll(chunk->marks[word]);
    }
    chunk->first = (uint32_t)first;
    chunk->count = count;
    first += count;
  }
  note_read_only();
  marked.objects = first;
  if (first > UINT32_MAX / 2) refuse("too-large", "it has too many objects", NULL);
}
