/* Writes the marked objects as records; docs/memory-format.md describes them byte by byte. */
#include "walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  BUFFER = 1 << 20,
  RAW_WORDS = 32,        /* untagged words are written if among the first 32 words */
  EXTERNAL_LIMIT = 256,  /* characters written of an external string */
  LAYOUT_RUNS = 64,      /* longer layouts are not remembered */
};

static int output;
static uint8_t *buffer;
static size_t used;
struct written written;

void open_output(int descriptor) {
  output = descriptor;
  used = 0;
  buffer = take_memory(BUFFER);
}

void flush_output(void) {
  for (size_t done = 0; done < used;) {
    const ssize_t length = write(output, buffer + done, used - done);
    if (length > 0) done += (size_t)length;
    else if (length == -1 && errno != EINTR) _exit(4); /* the reader is gone */
  }
  used = 0;
}

void need(size_t bytes) {
  if (used + bytes > BUFFER) flush_output();
}

void put_byte(unsigned byte) { buffer[used++] = (uint8_t)byte; }

void put_number(uint64_t number) {
  for (; number > 127; number >>= 7) buffer[used++] = (uint8_t)(number | 128);
  buffer[used++] = (uint8_t)number;
}

void put_bytes(const void *bytes, size_t length) {
  const uint8_t *from = bytes;
  while (length > 0) {
    need(1);
    const size_t part = length < BUFFER - used ? length : BUFFER - used;
    memcpy(buffer + used, from, part);
    used += part;
    from += part;
    length -= part;
  }
}

void put_text(const char *text) {
  need(16);
  const size_t length = text == NULL ? 0 : strlen(text);
  put_number(length);
  put_bytes(text, length);
}

/* ---- Values */

enum { STRONG_VALUE = 0, WEAK_VALUE = 1, SMI_VALUE = 2, OTHER_VALUE = 3 };
enum { NOTHING = 0, NOT_RETAINED = 1, AGAIN = 2 };

static void put_value(address word, uint32_t self, bool as_weak, uint64_t times) {
  if ((word & 1) == 0) {
    put_number(zigzag((int64_t)word >> 32) << 2 | SMI_VALUE);
    written.smis += times;
    return;
  }
  uint32_t number;
  if ((uint32_t)word == 3) {
    put_number(NOTHING << 2 | OTHER_VALUE);
  } else if (!number_of(object_of(word), &number)) {
    put_number(NOT_RETAINED << 2 | OTHER_VALUE);
  } else {
    const bool weak = as_weak || (word & 2) != 0;
    put_number(zigzag((int64_t)number - (int64_t)self) << 2 | (weak ? WEAK_VALUE : STRONG_VALUE));
    written.edges += times;
    if (weak) written.weak += times;
    written.sum += (uint32_t)(number * times);
  }
}

static void put_values(const address *start, const address *end, enum slot_kind kind, uint32_t self, bool holds_weakly) {
  for (const address *slot = start; slot < end;) {
    need(32);
    const address word = *slot;
    const bool key = kind == EPHEMERONS && ((slot - start) & 1) == 0;
    const address *next = slot + 1;
    if (kind != EPHEMERONS) {
      while (next < end && *next == word) next++;
    }
    const uint64_t times = (uint64_t)(next - slot);
    put_value(word, self, key || (kind == CUSTOM_WEAK && holds_weakly), times);
    if (times > 1) {
      put_number(AGAIN << 2 | OTHER_VALUE);
      put_number(times - 1);
    }
    slot = next;
  }
}

/* V8 makes some memory unreadable (the body of a hole, since Node.js 26): written as 0. */
static void put_raw_word(address place) {
  address word;
  if (!read_word(place, &word)) word = 0;
  need(16);
  if ((uint32_t)word == 0) {
    put_number(zigzag((int64_t)word >> 32) << 1);
    return;
  }
  put_byte(1);
  put_bytes(&word, sizeof word);
}

/* ---- Layouts: where the slots of an object are, as runs */

struct run { uint32_t start, length, kind; }; /* in words; length 0: to the object's end */
static struct run *runs;
static size_t run_count, room_for_runs;
struct extra { enum extra_kind kind; address value; };
static struct extra *extras;
static size_t extra_count, room_for_extras;
static address object_end;

static void *grown(void *list, size_t *room, size_t size) {
  const size_t before = *room, after = before == 0 ? 4096 / size : before * 2;
  void *larger = take_memory(after * size);
  if (before > 0) {
    memcpy(larger, list, before * size);
    give_memory(list, before * size);
  }
  *room = after;
  return larger;
}

static void collect_extra(enum extra_kind kind, address value) {
  if (extra_count == room_for_extras) extras = grown(extras, &room_for_extras, sizeof *extras);
  extras[extra_count++] = (struct extra){kind, value};
}

static void collect_slots(const address *start, const address *end, enum slot_kind kind) {
  const address object = visited_object();
  if ((address)start < object || (address)end > object_end) {
    for (; start < end; start++) collect_extra(ELSEWHERE, *start);
    return;
  }
  const uint32_t first = (uint32_t)(((address)start - object) / 8), length = (uint32_t)(end - start);
  struct run *before = run_count > 0 ? &runs[run_count - 1] : NULL;
  if (before != NULL && before->start + before->length == first && (before->kind == kind || length == 0)) {
    before->length += length;
    return;
  }
  /* An empty array keeps the layout of the other arrays of its shape. */
  if (length == 0 && (address)end != object_end) return;
  if (run_count == room_for_runs) runs = grown(runs, &room_for_runs, sizeof *runs);
  runs[run_count++] = (struct run){first, length, kind};
}

static const struct visitor collecting = {collect_slots, collect_extra};

static void put_layout(void) {
  need(16);
  put_number(run_count);
  uint32_t end = 1;
  for (size_t i = 0; i < run_count; i++) {
    need(32);
    put_number((uint32_t)(runs[i].start - end));
    put_number(runs[i].length);
    put_byte(runs[i].kind);
    end = runs[i].start + runs[i].length;
  }
}

/* ---- Shapes: facts written once for all objects of a map */

struct shape {
  address map;
  uint32_t number;
  uint32_t layout, runs; /* index into `layouts`; `runs` is NO_LAYOUT if each object has its own */
};
enum { NO_LAYOUT = UINT32_MAX, KNOWN_LAYOUTS = 4096 };
static struct shape *shapes;
static size_t shape_room;
static struct run *layouts;
static size_t layout_count, room_for_layouts;
static struct known_layout { uint32_t place, runs; } known_layouts[KNOWN_LAYOUTS];

static struct shape *shape_in(struct shape *list, size_t room, address map) {
  size_t place = ((map >> 3) * 0x9E3779B97F4A7C15ull >> 20) & (room - 1);
  while (list[place].map != 0 && list[place].map != map) place = (place + 1) & (room - 1);
  return &list[place];
}

static struct shape *shape_of(address map, bool *is_new) {
  if ((size_t)written.shapes * 3 >= shape_room * 2) {
    const size_t room = shape_room == 0 ? 4096 : shape_room * 2;
    struct shape *larger = take_memory(room * sizeof *larger);
    for (size_t i = 0; i < shape_room; i++) {
      if (shapes[i].map != 0) *shape_in(larger, room, shapes[i].map) = shapes[i];
    }
    if (shapes != NULL) give_memory(shapes, shape_room * sizeof *shapes);
    shapes = larger;
    shape_room = room;
  }
  struct shape *shape = shape_in(shapes, shape_room, map);
  *is_new = shape->map == 0;
  if (*is_new) *shape = (struct shape){.map = map, .number = written.shapes++, .layout = 0, .runs = 1};
  return shape;
}

static void remember_layout(struct shape *shape) {
  shape->runs = NO_LAYOUT;
  if (run_count > LAYOUT_RUNS) return;
  uint32_t hash = 0;
  for (size_t i = 0; i < run_count; i++) hash = (hash ^ (runs[i].start * 4 + runs[i].kind) ^ runs[i].length << 16) * 0x9E3779B1u;
  struct known_layout *known = &known_layouts[hash >> 20 & (KNOWN_LAYOUTS - 1)];
  if (known->runs != run_count || memcmp(layouts + known->place, runs, run_count * sizeof *runs) != 0) {
    while (layout_count + run_count > room_for_layouts) layouts = grown(layouts, &room_for_layouts, sizeof *layouts);
    memcpy(layouts + layout_count, runs, run_count * sizeof *runs);
    *known = (struct known_layout){(uint32_t)layout_count, (uint32_t)run_count};
    layout_count += run_count;
  }
  shape->layout = known->place;
  shape->runs = known->runs;
}

static bool type_written[MOST_TYPES];

static void put_shape(address map, unsigned type, const struct type *facts) {
  need(64);
  put_number(type);
  if (!type_written[type]) {
    type_written[type] = true;
    put_text(facts->name);
  }
  need(64);
  put_byte(facts->form);
  put_byte(U8_AT(map + 8));
  put_bytes((const void *)(map + 8), 12);
  uint32_t number = 0;
  number_of(map, &number);
  put_number(number);
}

/* ---- Objects */

enum { GAP = 1, LAYOUT = 2, EXTRAS = 4, SHAPE_SHIFT = 3 };

static void put_characters(address object, unsigned form) {
  const uint32_t length = U32_AT(object + STRING_LENGTH);
  put_number(U32_AT(object + STRING_HASH));
  put_number(length);
  put_bytes((const void *)(object + STRING_HEADER), form == ONE_BYTE ? length : (size_t)length * 2);
}

/* The pointer to the characters follows the word for the resource, if V8 stores it. */
static void put_external(address object, unsigned type, int size) {
  const uint32_t length = U32_AT(object + STRING_LENGTH), most = length < EXTERNAL_LIMIT ? length : EXTERNAL_LIMIT;
  const size_t width = (type & (unsigned)constant("StringEncodingMask")) != 0 ? 1 : 2;
  const address characters = size >= 32 ? WORD_AT(object + 24) : 0;
  address word = 0;
  /* The characters belong to the program, and may be gone. */
  const bool there = characters != 0 && read_word(characters & ~(address)7, &word) &&
                     read_word((characters + most * width) & ~(address)7, &word);
  put_number(U32_AT(object + STRING_HASH));
  put_number(length);
  put_number(there ? most : 0);
  if (there) put_bytes((const void *)characters, most * width);
}

static void put_slots(address object, int size, uint32_t self, bool holds_weakly) {
  const uint32_t words = (uint32_t)size / 8;
  uint32_t end = 1;
  for (size_t i = 0; i < run_count; i++) {
    const struct run *run = &runs[i];
    const address *start = (const address *)object + run->start;
    put_values(start, run->length == 0 ? (const address *)(object + (address)size) : start + run->length, run->kind, self, holds_weakly);
  }
  for (size_t i = 0; i <= run_count; i++) {
    const uint32_t start = i < run_count ? runs[i].start : words;
    for (; end < start && end < RAW_WORDS; end++) put_raw_word(object + (address)end * 8);
    if (i < run_count) end = runs[i].length == 0 ? words : start + runs[i].length;
  }
  if (extra_count == 0) return;
  need(16);
  put_number(extra_count);
  for (size_t i = 0; i < extra_count; i++) {
    need(32);
    put_byte(extras[i].kind);
    put_value(extras[i].value, self, false, 1);
  }
}

/* Runs must be sorted by position: V8 visits some objects in another order. */
static int by_place(const void *a, const void *b) {
  const struct run *one = a, *other = b;
  return one->start < other->start ? -1 : one->start > other->start;
}

static void order_runs(uint32_t words) {
  bool ordered = true;
  for (size_t i = 1; i < run_count; i++) ordered &= runs[i].start >= runs[i - 1].start + runs[i - 1].length;
  if (!ordered) {
    qsort(runs, run_count, sizeof *runs, by_place);
    size_t kept = 0;
    for (size_t i = 0; i < run_count; i++) {
      struct run *before = kept > 0 ? &runs[kept - 1] : NULL;
      if (before != NULL && runs[i].start < before->start + before->length) {
        const uint32_t known = before->start + before->length, end = runs[i].start + runs[i].length; /* visited twice */
        if (end <= known) continue;
        runs[i] = (struct run){known, end - known, runs[i].kind};
      }
      if (before != NULL && before->start + before->length == runs[i].start && before->kind == runs[i].kind) before->length += runs[i].length;
      else runs[kept++] = runs[i];
    }
    run_count = kept;
  }
  if (run_count > 0 && runs[run_count - 1].start + runs[run_count - 1].length == words) runs[run_count - 1].length = 0;
}

/* Writes an object and returns its size. */
static int put_object(address object, address place, uint32_t self) {
  const address map = map_of(object);
  const unsigned type = type_of(map);
  const struct type *facts = type_facts(type);
  const int size = size_of(object, map);
  bool is_new;
  struct shape *shape = shape_of(map, &is_new);

  run_count = extra_count = 0;
  bool layout = false;
  if (facts->form == SLOTS) {
    object_end = object + (address)size;
    visit_body(object, map, size, &collecting);
    order_runs((uint32_t)size / 8);
    layout = shape->runs != run_count || memcmp(layouts + shape->layout, runs, run_count * sizeof *runs) != 0;
  }
  need(64);
  put_number((uint64_t)shape->number << SHAPE_SHIFT | (extra_count > 0 ? EXTRAS : 0) | (layout ? LAYOUT : 0) |
             (object > place ? GAP : 0));
  if (object > place) put_number((object - place) / 8);
  else if (object < place) refuse("overlap", "an object lies within another", facts->name);
  if (is_new) put_shape(map, type, facts);
  need(64);
  if (facts->form == SLOTS) {
    if (U8_AT(map + 8) == 0) put_number((uint32_t)size / 8);
    if (layout) {
      put_layout();
      remember_layout(shape);
    }
    put_slots(object, size, self, facts->holds_weakly);
  } else if (facts->form == EXTERNAL) {
    put_external(object, type, size);
  } else {
    put_characters(object, facts->form);
  }
  written.objects++;
  written.bytes += (uint64_t)size;
  return size;
}

void write_objects(int break_at) {
  for (size_t i = 0, chunks = chunk_count(); i < chunks; i++) {
    const struct chunk *chunk = chunk_at(i);
    if (chunk->count == 0) continue;
    need(64);
    put_byte('C');
    put_number(chunk->start >> CHUNK_BITS);
    put_byte(chunk->read_only);
    put_number(chunk->count);
    address place = chunk->start;
    uint32_t self = chunk->first;
    for (size_t word = 0; word < CHUNK_WORDS / 64; word++) {
      for (uint64_t bits = chunk->marks[word]; bits != 0; bits &= bits - 1) {
        const address object = chunk->start + ((address)(word << 6 | (unsigned)__builtin_ctzll(bits)) << 3);
        place = object + (address)put_object(object, place, self++);
        if (break_at > 0 && written.objects == (uint64_t)break_at) __builtin_trap();
      }
    }
  }
}

void write_roots(void) {
  enum { MOST_LABELS = 4096 };
  static const char *labels[MOST_LABELS];
  size_t label_count = 0, count = 0;
  uint32_t number;
  for (size_t i = 0; i < root_count(); i++) count += number_of(object_of(root_at(i)->value), &number);
  need(32);
  put_byte('R');
  put_number(count);
  for (size_t i = 0; i < root_count(); i++) {
    const struct root *root = root_at(i);
    if (!number_of(object_of(root->value), &number)) continue; /* a weak root whose target nothing retains */
    need(64);
    put_number((uint64_t)root->kind);
    size_t label = 0; /* none */
    if (root->label != NULL) {
      while (label < label_count && labels[label] != root->label) label++;
      label = label == MOST_LABELS ? 0 : label + 1;
    }
    put_number(label);
    if (label > label_count) {
      labels[label_count++] = root->label;
      put_text(root->label);
    }
    need(64);
    put_number((uint64_t)number << 1 | root->weak);
  }
}

void write_ids(void) {
  if (symbol(HEAP_PROFILER) == 0 || symbol(OBJECT_ID) == 0) return;
  const address profiler = ((address(*)(address))symbol(HEAP_PROFILER))(isolate_of_walk());
  uint32_t (*const id_of)(address, const address *) = (uint32_t(*)(address, const address *))symbol(OBJECT_ID);
  need(16);
  put_byte('I');
  int64_t number_before = 0, id_before = 0;
  for (size_t i = 0; i < chunk_count(); i++) {
    const struct chunk *chunk = chunk_at(i);
    uint32_t number = chunk->first;
    for (size_t word = 0; word < CHUNK_WORDS / 64; word++) {
      for (uint64_t bits = chunk->marks[word]; bits != 0; bits &= bits - 1, number++) {
        const address object = chunk->start + ((address)(word << 6 | (unsigned)__builtin_ctzll(bits)) << 3) + 1;
        const uint32_t id = id_of(profiler, &object);
        if (id == 0) continue;
        need(32);
        put_number((uint64_t)(number - number_before) + 1);
        put_number(zigzag((int64_t)id - id_before));
        number_before = number;
        id_before = id;
      }
    }
  }
  need(16);
  put_number(0);
}

void forget_written(void) {
  memset(&written, 0, sizeof written);
  memset(type_written, 0, sizeof type_written);
  memset(known_layouts, 0, sizeof known_layouts);
  runs = layouts = NULL;
  extras = NULL;
  shapes = NULL;
  run_count = room_for_runs = extra_count = room_for_extras = shape_room = layout_count = room_for_layouts = 0;
  /* The default layout of a shape: one run, from after the map to the object's end. */
  layouts = grown(layouts, &room_for_layouts, sizeof *layouts);
  layouts[layout_count++] = (struct run){1, 0, PLAIN};
}
