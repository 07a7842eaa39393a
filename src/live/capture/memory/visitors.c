/*
 * Visitors with V8's interface.
 *
 * Their vtables are built slot by slot: the name of the function in a slot of V8's own visitors decides which of our functions
 * goes there. Slots have moved in every other version, and kinds of visits were added. An unknown name is refused, as its
 * arguments are unknown.
 */
#include "walk.h"

#include <string.h>

/* ---- Visits of an object's slots. The first argument is the visitor, the second the object. */

static const struct visitor *visitor;
static address visited;

address visited_object(void) { return visited; }

static void visit_range(void *self, address host, const address *start, const address *end) {
  (void)self, (void)host;
  visitor->slots(start, end, PLAIN);
}

static void visit_one(void *self, address host, const address *slot) {
  (void)self, (void)host;
  visitor->slots(slot, slot + 1, PLAIN);
}

static void visit_custom_weak_range(void *self, address host, const address *start, const address *end) {
  (void)self, (void)host;
  visitor->slots(start, end, CUSTOM_WEAK);
}

static void visit_custom_weak(void *self, address host, const address *slot) {
  (void)self, (void)host;
  visitor->slots(slot, slot + 1, CUSTOM_WEAK);
}

static void visit_ephemeron(void *self, address host, int entry, const address *key, const address *value) {
  (void)self, (void)host, (void)entry;
  if (value != key + 1) refuse("ephemeron", "an entry of a WeakMap is laid out in a way that is not known", NULL);
  visitor->slots(key, key + 2, EPHEMERONS);
}

struct relocation {
  address place; /* in the machine code */
};

static void embedded(const struct relocation *relocation) {
#if defined(__x86_64__)
  /* An immediate operand, unaligned. */
  address value;
  memcpy(&value, (const void *)relocation->place, sizeof value);
  if ((value & 1) != 0) visitor->extra(EMBEDDED_POINTER, value);
#else
  /* Loaded by an instruction from elsewhere. Its target is also in the code's deoptimization data, or weak. */
  (void)relocation;
#endif
}

static void visit_embedded(void *self, const struct relocation *relocation) {
  (void)self;
  embedded(relocation);
}

static void visit_embedded_in(void *self, address host, const struct relocation *relocation) {
  (void)self, (void)host;
  embedded(relocation);
}

static void visit_dispatch_entry(void *self, address host, uint32_t handle) {
  (void)self, (void)host;
  const address code = handle == 0 ? 0 : dispatched_code(handle);
  if (code != 0) visitor->extra(DISPATCH_ENTRY, code);
}

static void visit_nothing(void) {}

/* ---- Visits of roots */

static void (*see_root)(int kind, const char *label, const address *slot, bool weak);
static bool visiting_weak;
enum { RUNNING_CODE = 255 }; /* not a kind of V8's */

/*
 * V8's table of roots is in the isolate: first the read-only ones, then the strong ones, with which `IterateRoots` starts. V8 has
 * a list of their names in the same order.
 */
static struct {
  const address *start, *strong;
  size_t count;
} root_names;

static void find_root_table(const address *strong) {
  const char *const *names = (const char *const *)symbol(ROOT_NAMES);
  if (root_names.strong != NULL || names == NULL) return;
  root_names.strong = strong;
  const address *start = strong;
  while (is_strong(start[-1]) && is_object(start[-1] - 1)) start--;
  /* The words before the table may look like objects, too: the table starts where the meta map is at its index. */
  const size_t count = symbol_size(ROOT_NAMES) / sizeof *names;
  size_t place = 0;
  while (place < count && strcmp(names[place], "meta_map") != 0) place++;
  for (; place < count && start + place < strong; start++) {
    const address meta = start[place] - 1;
    if (map_of(meta) != meta) continue;
    root_names.start = start;
    root_names.count = count;
    return;
  }
}

static const char *root_label(const address *slot) {
  const size_t place = (size_t)(slot - root_names.start);
  return root_names.start == NULL || slot < root_names.start || place >= root_names.count
           ? NULL
           : ((const char *const *)symbol(ROOT_NAMES))[place];
}

static void visit_root_range(void *self, int kind, const char *label, const address *start, const address *end) {
  (void)self;
  if (label == NULL && !visiting_weak) find_root_table(start);
  for (; start < end; start++) see_root(kind, label != NULL ? label : root_label(start), start, visiting_weak);
}

static void visit_root(void *self, int kind, const char *label, const address *slot) {
  visit_root_range(self, kind, label, slot, slot + 1);
}

static void visit_code(void *self, const address *code) {
  (void)self;
  see_root(RUNNING_CODE, "running code", code, false);
}

static void visit_code_and_instructions(void *self, const address *code, const address *instructions) {
  (void)self;
  see_root(RUNNING_CODE, "running code", code, false);
  if (instructions != NULL) see_root(RUNNING_CODE, "running code", instructions, false);
}

static int collector(void *self) {
  (void)self;
  return 1; /* not the scavenger: all roots are needed */
}

/* ---- Our replacements for V8's functions */

typedef void (*function)(void);
struct stand_in {
  const char *visit; /* the name after `Visit`, with the first argument if only that differs */
  function ours;
};
#define OURS(name) ((function)(name))

static const struct stand_in object_visits[] = {
  {"PointersE", OURS(visit_range)},
  {"PointerE", OURS(visit_one)},
  {"CustomWeakPointersE", OURS(visit_custom_weak_range)},
  {"CustomWeakPointerE", OURS(visit_custom_weak)},
  {"EphemeronE", OURS(visit_ephemeron)},
  {"CodePointerE", OURS(visit_one)},
  {"InstructionStreamPointerE", OURS(visit_one)},
  {"ProtectedPointerE", OURS(visit_one)},
  {"EmbeddedPointerEPNS0_9RelocInfoE", OURS(visit_embedded)},
  {"EmbeddedPointerE", OURS(visit_embedded_in)},
  {"JSDispatchTableEntryE", OURS(visit_dispatch_entry)},
  /* The map is known anyway; the others are not references to objects. */
  {"MapPointerE", visit_nothing},
  {"CodeTargetE", visit_nothing},
  {"ExternalReferenceE", visit_nothing},
  {"ExternalPointerE", visit_nothing},
  {"InternalReferenceE", visit_nothing},
  {"OffHeapTargetE", visit_nothing},
  {"RuntimeEntryE", visit_nothing},
  {"IndirectPointerE", visit_nothing},
  {"TrustedPointerTableEntryE", visit_nothing},
  {"IndirectPointerTableEntryE", visit_nothing},
  {"CppHeapPointerE", visit_nothing},
};

static const struct stand_in root_visits[] = {
  {"RootPointersE", OURS(visit_root_range)},
  {"CompressedRootPointersE", OURS(visit_root_range)},
  {"RootPointerE", OURS(visit_root)},
  {"RunningCodeENS0_14FullObjectSlotES2_", OURS(visit_code_and_instructions)},
  {"RunningCodeENS0_14FullObjectSlotE", OURS(visit_code)},
};

enum { MOST_SLOTS = 64 };
static function object_table[MOST_SLOTS], root_table[MOST_SLOTS];
/* A visitor is an object whose first word is its vtable; V8's visitors have members that only their own functions use. */
static void *object_visitor[8], *root_visitor[8];

/* The part of a name after the class, if that is one of V8's visitors; otherwise NULL. */
static const char *function_of_visitor(const char *name) {
  static const char *const classes[] = {"13ObjectVisitor", "11RootVisitor", "26IndexedReferencesExtractor", "24RootsReferencesExtractor"};
  const char *class = strstr(name, "2v88internal");
  if (class == NULL || class > name + 4) return NULL;
  class += strlen("2v88internal");
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    if (strncmp(class, classes[i], strlen(classes[i])) == 0) return class + strlen(classes[i]);
  }
  return NULL;
}

/* Our replacement for a function of V8's visitors; NULL if the name is unknown. */
static function ours_for(const char *name, const struct stand_in *all, size_t count) {
  if (strncmp(name, "D0Ev", 4) == 0 || strncmp(name, "D1Ev", 4) == 0 || strncmp(name, "D2Ev", 4) == 0) return visit_nothing;
  while (*name >= '0' && *name <= '9') name++;
  if (strncmp(name, "SynchronizeE", strlen("SynchronizeE")) == 0) return visit_nothing;
  if (strncmp(name, "collectorE", strlen("collectorE")) == 0) return OURS(collector);
  if (strncmp(name, "Visit", strlen("Visit")) != 0) return NULL;
  name += strlen("Visit");
  for (size_t i = 0; i < count; i++) {
    if (strncmp(name, all[i].visit, strlen(all[i].visit)) == 0) return all[i].ours;
  }
  return NULL;
}

/* The linker may have folded equal functions into one with several names: all must have the same replacement. */
static function ours_for_all(address at, const struct stand_in *all, size_t count) {
  function ours = NULL;
  for (size_t which = 0;; which++) {
    const char *name = name_of(at, which);
    if (name == NULL) break;
    const char *own = function_of_visitor(name);
    if (own == NULL) continue;
    const function one = ours_for(own, all, count);
    if (one == NULL) refuse("visit-unknown", "V8 visits references in a way that is not known", name);
    if (ours != NULL && ours != one) refuse("visit-ambiguous", "V8 has one function for two kinds of visits", name);
    ours = one;
  }
  if (ours == NULL) refuse("visit-unnamed", "V8 has a visit without a name", name_of(at, 0));
  return ours;
}

static size_t slots_in(enum symbol table) {
  const size_t words = symbol_size(table) / sizeof(address);
  if (words < 4 || words - 2 > MOST_SLOTS) refuse("table-size", "a table of V8's visitors has an impossible size", NULL);
  return words - 2;
}

static void fill(function *ours, enum symbol table, const struct stand_in *all, size_t count) {
  const address *theirs = (const address *)symbol(table) + 2; /* after the offset to top and the type information */
  const size_t slots = slots_in(table);
  for (size_t i = 0; i < MOST_SLOTS; i++) ours[i] = visit_nothing;
  for (size_t i = 0; i < slots; i++) ours[i] = ours_for_all(theirs[i], all, count);
}

static size_t filled_with(const function *table, function ours) {
  size_t count = 0;
  for (size_t i = 0; i < MOST_SLOTS; i++) count += table[i] == ours;
  return count;
}

/* ---- Roots that V8's own snapshot skips: the number that it passes to `IterateRoots` */

static address target_of_call(address place) {
#if defined(__x86_64__)
  address target = place + 5 + (address)(intptr_t)(int32_t)U32_AT(place + 1);
  /* In a library, calls go through the PLT: `jmp *offset(%rip)`, possibly after `endbr64`. */
  address jump = target, entry;
  if (!read_word(jump & ~(address)7, &entry)) return 0;
  if (U32_AT(jump) == 0xfa1e0ff3) jump += 4;
  if (U8_AT(jump) == 0xf2) jump++;
  if (U16_AT(jump) == 0x25ff) {
    entry = jump + 6 + (address)(intptr_t)(int32_t)U32_AT(jump + 2);
    address through;
    if ((entry & 7) == 0 && read_word(entry, &through)) return through;
  }
  return target;
#else
  return place + (address)((intptr_t)((int32_t)(U32_AT(place) << 6) >> 6) * 4);
#endif
}

static int find_skipped(address roots) {
  const address code = symbol(EXTRACT_REFERENCES), end = code + symbol_size(EXTRACT_REFERENCES);
#if defined(__x86_64__)
  for (address call = code; call + 5 <= end; call++) {
    if (U8_AT(call) != 0xe8 || target_of_call(call) != roots) continue;
    for (address load = call; load > code && load > call - 48; load--) { /* mov $number, %edx */
      if (U8_AT(load) == 0xba && U32_AT(load + 1) < 0x10000) return (int)U32_AT(load + 1);
    }
  }
#elif defined(__aarch64__)
  for (address call = code; call + 4 <= end; call += 4) {
    if ((U32_AT(call) & 0xfc000000) != 0x94000000 || target_of_call(call) != roots) continue; /* bl */
    for (address load = call; load > code && load > call - 48; load -= 4) { /* mov w2, #number */
      if ((U32_AT(load) & 0xffe0001f) == 0x52800002) return (int)(U32_AT(load) >> 5 & 0xffff);
    }
  }
#endif
  return -1;
}

static int skipped;
int skipped_roots(void) { return skipped; }

void find_visitors(void) {
  static const struct {
    enum symbol symbol;
    const char *name;
  } needed[] = {
    {OBJECT_VISITOR_TABLE, "the table of IndexedReferencesExtractor"},
    {ROOT_VISITOR_TABLE, "the table of RootsReferencesExtractor"},
    {SIZE_FROM_MAP, "HeapObject::SizeFromMap"},
    {EXTRACT_REFERENCES, "V8HeapExplorer::IterateAndExtractReferences"},
    {SIZE_OF_OBJECTS, "Heap::SizeOfObjects"},
  };
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    if (symbol(needed[i].symbol) == 0) refuse("symbol-missing", "V8's symbols lack", needed[i].name);
  }
  const address roots = symbol(ITERATE_ROOTS) != 0 ? symbol(ITERATE_ROOTS) : symbol(ITERATE_ROOTS_BY_MODE);
  if (roots == 0) refuse("symbol-missing", "V8's symbols lack", "Heap::IterateRoots");
  if (symbol(ITERATE_BODY) == 0 && symbol(VISIT_BODY) == 0) refuse("symbol-missing", "V8's symbols lack", "VisitObjectBody");

  /* Including those of the embedder graph, as all names are found in one pass. */
  static const enum symbol tables[] = {OBJECT_VISITOR_TABLE, ROOT_VISITOR_TABLE, EMBEDDER_GRAPH_TABLE, EMBEDDER_NODE_TABLE};
  address functions[4 * MOST_SLOTS];
  size_t count = 0;
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    if (symbol(tables[i]) == 0) continue;
    const size_t slots = slots_in(tables[i]);
    memcpy(functions + count, (const address *)symbol(tables[i]) + 2, slots * sizeof(address));
    count += slots;
  }
  find_names(functions, count);
  fill(object_table, OBJECT_VISITOR_TABLE, object_visits, sizeof object_visits / sizeof *object_visits);
  fill(root_table, ROOT_VISITOR_TABLE, root_visits, sizeof root_visits / sizeof *root_visits);
  if (filled_with(object_table, OURS(visit_range)) != 2 || filled_with(root_table, OURS(visit_root_range)) < 1) {
    refuse("visit-missing", "V8 does not visit references in the way that is known", NULL);
  }
  object_visitor[0] = object_table;
  root_visitor[0] = root_table;

  skipped = find_skipped(roots);
  if (skipped < 0) refuse("skip-unknown", "which roots V8's own snapshot leaves out was not found", NULL);
}

/* ---- Visiting */

void visit_body(address object, address map, int size, const struct visitor *with) {
  visitor = with;
  visited = object;
  if (symbol(ITERATE_BODY) != 0) {
    address self = object + 1;
    ((void (*)(address *, address, int, void *))symbol(ITERATE_BODY))(&self, map + 1, size, object_visitor);
  } else {
    ((void (*)(address, address, address, void *))symbol(VISIT_BODY))(isolate_of_walk(), map + 1, object + 1, object_visitor);
  }
}

void visit_roots(void (*root)(int kind, const char *label, const address *slot, bool weak)) {
  see_root = root;
  visiting_weak = false;
  const address heap = heap_of_isolate();
  memset(&root_names, 0, sizeof root_names);
  if (symbol(ITERATE_ROOTS) != 0) {
    ((void (*)(address, void *, int))symbol(ITERATE_ROOTS))(heap, root_visitor, skipped);
  } else {
    ((void (*)(address, void *, int, int))symbol(ITERATE_ROOTS_BY_MODE))(heap, root_visitor, skipped, 0);
  }
  if (symbol(ITERATE_READ_ONLY_ROOTS) != 0 && root_names.start != NULL) {
    const address *table = root_names.start; /* a ReadOnlyRoots is just this pointer */
    ((void (*)(const address **, void *))symbol(ITERATE_READ_ONLY_ROOTS))(&table, root_visitor);
  }
  if (symbol(ITERATE_WEAK_HANDLES) != 0) {
    visiting_weak = true;
    ((void (*)(address, void *))symbol(ITERATE_WEAK_HANDLES))(heap, root_visitor);
    visiting_weak = false;
  }
}
