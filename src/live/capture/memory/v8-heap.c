/* Map, type and size of objects, and the location of the heap. */
#include "walk.h"

#include <dlfcn.h>
#include <string.h>

static address isolate, heap, dispatch_table;

address heap_of_isolate(void) { return heap; }
address isolate_of_walk(void) { return isolate; }
size_t bytes_of_objects(void) { return ((size_t(*)(address))symbol(SIZE_OF_OBJECTS))(heap); }

int size_by_v8(address object, address map) {
  address self = object + 1;
  return ((int (*)(address *, address))symbol(SIZE_FROM_MAP))(&self, map + 1);
}

/* Most maps have the size of their objects. Strings are computed here, as there are many; V8 computes the others. */
int size_of(address object, address map) {
  const int words = U8_AT(map + 8);
  if (words != 0) return words * 8;
  switch (type_facts(type_of(map))->form) {
    case ONE_BYTE: return (STRING_HEADER + (int)U32_AT(object + STRING_LENGTH) + 7) & ~7;
    case TWO_BYTE: return (STRING_HEADER + (int)U32_AT(object + STRING_LENGTH) * 2 + 7) & ~7;
    default: return size_by_v8(object, map);
  }
}

/* ---- Types */

static int string_types, representation_mask, encoding_mask, sequential, external, map_type;
static struct type types[MOST_TYPES];

/* std::string and std::ostringstream of the C++ library that Node.js uses; another library has other symbols. */
struct cxx_string { const char *text; size_t length; char inside[16]; };
extern void make_stream(void *stream, int mode) __asm__("_ZNSt7__cxx1119basic_ostringstreamIcSt11char_traitsIcESaIcEEC1ESt13_Ios_Openmode")
  __attribute__((weak));
extern struct cxx_string stream_text(const void *stream) __asm__("_ZNKSt7__cxx1119basic_ostringstreamIcSt11char_traitsIcESaIcEE3strEv")
  __attribute__((weak));

/* V8 writes the name of a type into a stream. Only called with types of existing objects: for others, V8 ends the process. */
static bool name_by_v8(unsigned number, char *name, size_t room) {
  if (symbol(TYPE_NAME) == 0 || make_stream == NULL || stream_text == NULL) return false;
  static address stream[128]; /* 376 bytes with GCC's library */
  make_stream(stream, 16 /* std::ios_base::out */);
  ((void *(*)(void *, uint16_t))symbol(TYPE_NAME))(stream, (uint16_t)number);
  const struct cxx_string text = stream_text(stream);
  if (text.length == 0 || text.length >= room) return false;
  memcpy(name, text.text, text.length);
  name[text.length] = '\0';
  return true;
}

/* Some types have a constant: `type_JSWeakRef__JS_WEAK_REF_TYPE`. */
static unsigned wanted_number;
static char *wanted_name;
static void see_constant(const char *name, int value) {
  const char *type = strstr(name, "__");
  if (strncmp(name, "type_", 5) != 0 || (unsigned)value != wanted_number || type == NULL) return;
  strncpy(wanted_name, type + 2, sizeof types[0].name - 1);
}

static void learn(unsigned number) {
  static const char *const weak_holders[] = {
    "JS_WEAK_REF_TYPE", "WEAK_CELL_TYPE", "ALLOCATION_SITE_TYPE", "NATIVE_CONTEXT_TYPE", "JS_FINALIZATION_REGISTRY_TYPE",
  };
  struct type *type = &types[number];
  type->known = true;
  if ((int)number < string_types) {
    const int representation = (int)number & representation_mask;
    const bool one_byte = ((int)number & encoding_mask) != 0;
    type->form = representation == sequential ? (one_byte ? ONE_BYTE : TWO_BYTE) : representation == external ? EXTERNAL : SLOTS;
  }
  if (!name_by_v8(number, type->name, sizeof type->name)) {
    wanted_number = number;
    wanted_name = type->name;
    each_constant(see_constant);
  }
  for (size_t i = 0; i < sizeof weak_holders / sizeof *weak_holders; i++) {
    type->holds_weakly |= strcmp(type->name, weak_holders[i]) == 0;
  }
}

const struct type *type_facts(unsigned number) {
  if (number >= MOST_TYPES) refuse("type", "an object has an impossible type", NULL);
  if (!types[number].known) learn(number);
  return &types[number];
}

/* ---- Finding the heap */

/* For a pointer that may be anything: a half-written handle of another thread, a guess. */
bool is_object(address object) {
  address map, map_of_map, words;
  return (object & 7) == 0 && read_word(object, &map) && is_strong(map) && read_word(map - 1, &map_of_map) &&
         is_strong(map_of_map) && read_word(map_of_map - 1 + 8, &words) && (int)(words >> 32 & 0xffff) == map_type;
}

static bool in_isolate(address place) { return place > isolate && place < isolate + 0x20000; }

/*
 * Every page refers to its heap: a word of its header, or of memory to which a word of its header points, points into the
 * isolate, which contains the heap. It must be the same word with the same value in all examined pages, at least three.
 */
enum { MOST_PAGES = 64, HEADER_WORDS = 32, INDIRECT = 4 };
static address pages[MOST_PAGES];
static int page_count;

static void note_page(address object) {
  const address page = object & ~(((address)1 << CHUNK_BITS) - 1);
  for (int i = 0; i < page_count; i++) {
    if (pages[i] == page) return;
  }
  if (page_count < MOST_PAGES) pages[page_count++] = page;
}

/* Reads a word of a page: for `step` 0 of its header, else of the memory to which word `step - 1` of the header points. */
static bool word_of_page(address page, int step, int word, address *value) {
  address header = page;
  if (step > 0 && (!read_word(page + (address)(step - 1) * 8, &header) || (header & 7) != 0)) return false;
  return read_word(header + (address)word * 8, value) && (*value & 7) == 0 && in_isolate(*value);
}

static address look_for_heap(void) {
  for (int step = 0; step <= INDIRECT; step++) {
    for (int word = 0; word < HEADER_WORDS; word++) {
      address found = 0;
      int agree = 0, differ = 0;
      for (int i = 0; i < page_count; i++) {
        address value;
        if (!word_of_page(pages[i], step, word, &value)) continue; /* read-only pages have none */
        if (found == 0) found = value;
        if (value == found) agree++;
        else differ++;
      }
      if (agree >= 3 && differ == 0) return found;
    }
  }
  return 0;
}

/* Collects the pages of the seeds and of the objects they refer to; any word may be a slot. */
static void collect_pages(const struct heap_walk *walk) {
  page_count = 0;
  for (int i = 0; i < walk->seed_count; i++) {
    const address seed = walk->seeds[i] - 1;
    note_page(seed);
    for (address slot = seed; slot < seed + 8 * 8; slot += 8) {
      address value, inner;
      if (!read_word(slot, &value) || !is_strong(value) || !is_object(value - 1)) continue;
      note_page(value - 1);
      for (int k = 1; k < 8; k++) {
        if (read_word(value - 1 + (address)k * 8, &inner) && is_strong(inner) && is_object(inner - 1)) note_page(inner - 1);
      }
    }
  }
}

/*
 * ---- The dispatch table (Node.js 24 and later)
 *
 * A function has the number of a table entry that refers to its code. The table is found by trying addresses until the
 * numbers of several functions lead to Code objects. If it is not found, closures only lack their edge to the code.
 */
enum { ENTRY_BITS = 4, HANDLE_SHIFT = 8, POINTER_SHIFT = 16 };
static uint32_t handles[MOST_SEEDS];
static int handle_count;

static address entry_code(address table, uint32_t handle) {
  address word;
  if (!read_word(table + ((address)(handle >> HANDLE_SHIFT) << ENTRY_BITS) + 8, &word)) return 0;
  const address code = (word >> POINTER_SHIFT) | 1;
  return code > 0x10000 ? code : 0;
}

static bool fits(address table, int code_type) {
  for (int i = 0; i < handle_count; i++) {
    const address code = entry_code(table, handles[i]);
    if (code == 0 || !is_object(code - 1) || (int)type_of(map_of(code - 1)) != code_type) return false;
  }
  return true;
}

static address look_for_table(address from, int words, int code_type) {
  address table;
  for (int i = 0; i < words && read_word(from + (address)i * 8, &table); i++) {
    if (table > 0x10000 && (table & 0xfff) == 0 && fits(table, code_type)) return table;
  }
  return 0;
}

address dispatched_code(uint32_t handle) {
  if (dispatch_table == 0) {
    if (handle_count < MOST_SEEDS && heap == 0) handles[handle_count++] = handle;
    return 0;
  }
  return entry_code(dispatch_table, handle);
}

static void no_slots(const address *start, const address *end, enum slot_kind kind) { (void)start, (void)end, (void)kind; }
static void no_extra(enum extra_kind kind, address value) { (void)kind, (void)value; }

static void find_dispatch_table(const struct heap_walk *walk) {
  static const struct visitor only_handles = {no_slots, no_extra};
  handle_count = 0;
  for (int i = 0; i < walk->seed_count; i++) {
    const address seed = walk->seeds[i] - 1, map = map_of(seed);
    visit_body(seed, map, size_of(seed, map), &only_handles);
  }
  const int code_type = constant("type_Code__CODE_TYPE");
  if (handle_count < 3 || code_type < 0) return;
  dispatch_table = look_for_table(isolate, 1024, code_type);
  address group;
  if (dispatch_table == 0 && symbol(ISOLATE_GROUP) != 0 && read_word(symbol(ISOLATE_GROUP), &group)) {
    dispatch_table = look_for_table(group, 4096, code_type);
  }
}

static void require(const char *name, int value) {
  if (constant(name) != value) refuse("layout", "V8's objects are laid out in a way that is not known", name);
}

void find_heap(const struct heap_walk *walk) {
  isolate = walk->isolate;
  heap = dispatch_table = 0;
  memset(types, 0, sizeof types);
  if (constant("TaggedSize") != 8) refuse("pointer-compression", "V8 was built with compressed pointers", NULL);
  require("SmiShiftSize", 31);
  require("HeapObjectTag", 1);
  require("class_Map__instance_type__uint16_t", 12);
  require("class_Map__instance_size_in_words__char", 8);
  require("class_String__length__int32_t", STRING_LENGTH);
  require("class_SeqOneByteString__chars__char", STRING_HEADER);
  require("class_SeqTwoByteString__chars__char", STRING_HEADER);
  string_types = constant("FirstNonstringType");
  representation_mask = constant("StringRepresentationMask");
  encoding_mask = constant("StringEncodingMask");
  sequential = constant("SeqStringTag");
  external = constant("ExternalStringTag");
  map_type = constant("type_Map__MAP_TYPE");
  if (string_types <= 0 || representation_mask <= 0 || encoding_mask <= 0 || sequential < 0 || external <= 0 || map_type <= 0) {
    refuse("layout", "V8's objects are laid out in a way that is not known", "strings");
  }
  if (walk->seed_count == 0) refuse("no-seeds", "no object to begin from was given", NULL);
  for (int i = 0; i < walk->seed_count; i++) {
    if (!is_strong(walk->seeds[i]) || !is_object(walk->seeds[i] - 1)) refuse("seed", "an object that was given is none of V8's", NULL);
  }
  collect_pages(walk);
  find_dispatch_table(walk);
  heap = look_for_heap();
  if (heap == 0) refuse("heap-unknown", "its heap was not found from three pages in the same way", NULL);
}
