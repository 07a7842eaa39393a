/*
 * Node.js' own objects outside V8's heap (`Node / TLSWrap`): its part of V8's embedder graph, as in V8's snapshots.
 *
 * Node.js is called directly. V8's function around it would also walk V8's C++ heap, search the stack for roots of that, and
 * end the process if nobody set where the stack begins.
 *
 * The functions are virtual ones of classes that change between versions: their slots are found by the names in V8's and
 * Node.js' own tables, as for the visitors. This is the last step, on a best effort: if anything is missing, these nodes are
 * left out.
 */
#include "walk.h"

#include <string.h>

enum { MOST_SLOTS = 32 };
typedef void (*function)(void);
static function graph_table[MOST_SLOTS], object_table[MOST_SLOTS];

/* A node of Node.js: its first word is its vtable. Nodes for V8's objects are created here. */
struct native { const function *table; };
struct object_node { const function *table; address object; };

enum method { NAME, SIZE, WRAPPER, IS_ROOT, PREFIX, DETACHEDNESS, METHODS };
static int place_of[METHODS];

static struct native **natives;
static size_t native_count, native_room;
struct edge { const void *from, *to; size_t name; };
static struct edge *edges;
static size_t edge_count, edge_room;
static char *texts;
static size_t text_length, text_room;
static struct object_node *objects, *objects_end;

static void *grown(void *list, size_t *room, size_t size, size_t needed) {
  while (*room < needed) {
    const size_t before = *room, after = before == 0 ? 65536 / size : before * 2;
    void *larger = take_memory(after * size);
    if (before > 0) {
      memcpy(larger, list, before * size);
      give_memory(list, before * size);
    }
    list = larger;
    *room = after;
  }
  return list;
}

/* ---- Called by V8 and Node.js */

static address nothing(void) { return 0; }

/* A Local is a pointer to a slot. */
static void *node_of_object(void *self, const address *const *local) {
  (void)self;
  /* Never moved, as edges point to them. */
  if (objects == objects_end) {
    objects = take_memory(65536);
    objects_end = objects + 65536 / sizeof *objects;
  }
  *objects = (struct object_node){object_table, **local};
  return objects++;
}

/* The argument is a unique_ptr by reference; this takes ownership. */
static struct native *add_native(void *self, struct native **unique) {
  (void)self;
  natives = grown(natives, &native_room, sizeof *natives, native_count + 1);
  struct native *node = *unique;
  *unique = NULL;
  natives[native_count++] = node;
  return node;
}

static void add_edge(void *self, const void *from, const void *to, const char *name) {
  (void)self;
  const size_t length = name == NULL ? 1 : strnlen(name, 1000) + 1;
  texts = grown(texts, &text_room, 1, text_length + length);
  edges = grown(edges, &edge_room, sizeof *edges, edge_count + 1);
  memcpy(texts + text_length, name == NULL ? "" : name, length - 1);
  texts[text_length + length - 1] = '\0';
  edges[edge_count++] = (struct edge){from, to, text_length};
  text_length += length;
}

/* ---- Tables */

static bool is_named(address function, const char *part) {
  for (size_t which = 0;; which++) {
    const char *name = name_of(function, which);
    if (name == NULL) return false;
    if (strstr(name, part) != NULL) return true;
  }
}

static size_t slots_in(enum symbol table) {
  const size_t words = symbol_size(table) / sizeof(address);
  return symbol(table) == 0 || words < 4 || words - 2 > MOST_SLOTS ? 0 : words - 2;
}

static bool fill_graph_table(void) {
  static const struct { const char *name; function ours; } known[] = {
    {"6V8NodeE", (function)node_of_object}, {"7AddNodeE", (function)add_native}, {"7AddEdgeE", (function)add_edge},
    {"13AddNativeSizeE", (function)nothing}, {"D0Ev", (function)nothing}, {"D1Ev", (function)nothing}, {"D2Ev", (function)nothing},
  };
  enum { KNOWN = sizeof known / sizeof *known };
  const address *theirs = (const address *)symbol(EMBEDDER_GRAPH_TABLE) + 2;
  for (size_t i = 0; i < slots_in(EMBEDDER_GRAPH_TABLE); i++) {
    graph_table[i] = NULL;
    for (size_t k = 0; k < KNOWN && graph_table[i] == NULL; k++) {
      if (is_named(theirs[i], known[k].name)) graph_table[i] = known[k].ours;
    }
    if (graph_table[i] == NULL) return false;
  }
  return slots_in(EMBEDDER_GRAPH_TABLE) > 0;
}

static bool find_methods(void) {
  static const char *const methods[METHODS] = {"4NameEv", "11SizeInBytesEv", "11WrapperNodeEv", "10IsRootNodeEv", "10NamePrefixEv", "15GetDetachednessEv"};
  const address *theirs = (const address *)symbol(EMBEDDER_NODE_TABLE) + 2;
  for (int method = 0; method < METHODS; method++) {
    place_of[method] = -1;
    for (size_t i = 0; i < slots_in(EMBEDDER_NODE_TABLE) && place_of[method] < 0; i++) {
      if (is_named(theirs[i], methods[method])) place_of[method] = (int)i;
    }
    if (place_of[method] < 0) return false;
  }
  for (int i = 0; i < MOST_SLOTS; i++) object_table[i] = (function)nothing;
  return true;
}

static void build(void) {
  static struct { const function *table; } graph = {graph_table};
  const address context = ((address(*)(address))symbol(CURRENT_CONTEXT))(isolate_of_walk());
  const address environment = ((address(*)(address))symbol(ENVIRONMENT_OF_CONTEXT))(context);
  if (environment != 0) ((void (*)(address, void *, address))symbol(EMBEDDER_GRAPH))(isolate_of_walk(), &graph, environment);
}

/* ---- Writing */

struct place { const void *node; size_t number; };
static struct place *places;
static size_t place_room;

static struct place *place_in_table(const void *node) {
  size_t place = ((address)node >> 4) * 0x9E3779B97F4A7C15ull >> 30 & (place_room - 1);
  while (places[place].node != NULL && places[place].node != node) place = (place + 1) & (place_room - 1);
  return &places[place];
}

static void number_natives(void) {
  for (place_room = 1024; place_room < native_count * 2; place_room *= 2) continue;
  places = take_memory(place_room * sizeof *places);
  for (size_t i = 0; i < native_count; i++) *place_in_table(natives[i]) = (struct place){natives[i], i};
}

/* The number of a node in edges: twice an object's number, or twice a native node's plus one; false if it is neither. */
static bool reference(const void *node, uint64_t *number) {
  if (node == NULL) return false;
  if (((const struct native *)node)->table == object_table) {
    uint32_t found;
    const address object = ((const struct object_node *)node)->object;
    if ((object & 1) == 0 || !number_of(object_of(object), &found)) return false;
    *number = (uint64_t)found << 1;
    return true;
  }
  const struct place *place = place_in_table(node);
  *number = place->number << 1 | 1;
  return place->node != NULL;
}

static address call(struct native *node, enum method method) {
  return ((address(*)(struct native *))node->table[place_of[method]])(node);
}

struct described { const char *prefix, *name; address size; unsigned flags; uint64_t wrapper; };
static struct described *described;

/* Everything that may fault happens before the first byte is written. */
static void describe(void) {
  described = take_memory((native_count + 1) * sizeof *described);
  for (size_t i = 0; i < native_count; i++) {
    struct native *node = natives[i];
    uint64_t wrapper = 0;
    if (reference((const void *)call(node, WRAPPER), &wrapper) && (wrapper & 1) == 0) wrapper = (wrapper >> 1) + 1;
    else wrapper = 0;
    described[i] = (struct described){
      .prefix = (const char *)call(node, PREFIX),
      .name = (const char *)call(node, NAME),
      .size = call(node, SIZE),
      .flags = ((unsigned)call(node, IS_ROOT) & 1) | ((unsigned)call(node, DETACHEDNESS) & 3) << 1,
      .wrapper = wrapper,
    };
    if (described[i].name != NULL) (void)strlen(described[i].name);
  }
}

static bool possible;

static void collect(void) {
  possible = fill_graph_table() && find_methods() && symbol(CURRENT_CONTEXT) != 0 && symbol(ENVIRONMENT_OF_CONTEXT) != 0 &&
             symbol(EMBEDDER_GRAPH) != 0;
  if (!possible) return;
  build();
  number_natives();
  describe();
}

void write_embedder_graph(void) {
  natives = NULL;
  edges = NULL;
  texts = NULL;
  objects = objects_end = NULL;
  native_count = native_room = edge_count = edge_room = text_length = text_room = 0;
  possible = false;
  if (!attempt(collect) || !possible) return;
  need(64);
  put_byte('E');
  put_number(native_count);
  for (size_t i = 0; i < native_count; i++) {
    put_text(described[i].prefix);
    put_text(described[i].name);
    need(64);
    put_number(described[i].size);
    put_byte(described[i].flags);
    put_number(described[i].wrapper);
  }
  size_t known = 0;
  uint64_t from, to;
  for (size_t i = 0; i < edge_count; i++) known += reference(edges[i].from, &from) && reference(edges[i].to, &to);
  need(64);
  put_number(known);
  for (size_t i = 0; i < edge_count; i++) {
    if (!reference(edges[i].from, &from) || !reference(edges[i].to, &to)) continue;
    need(64);
    put_number(from);
    put_number(to);
    put_text(texts + edges[i].name);
  }
}
