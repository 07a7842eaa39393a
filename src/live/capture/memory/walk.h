/* Shared by the parts of the walk. The state is global, for one walk at a time, as V8's visitors carry no context. */
#ifndef LEAKSCOPE_WALK_H
#define LEAKSCOPE_WALK_H

#include "heap-walk.h"

typedef uintptr_t address;

#define WORD_AT(place) (*(const address *)(place))
#define U8_AT(place) (*(const uint8_t *)(place))
#define U16_AT(place) (*(const uint16_t *)(place))
#define U32_AT(place) (*(const uint32_t *)(place))

/* Ends the walk with a reason; does not return. `code` is for programs, the rest for people. */
_Noreturn void refuse(const char *code, const char *message, const char *detail);

/* Reads a word of memory that may not be mapped. */
bool read_word(address from, address *word);

/* Zeroed memory from the kernel, counted; refuses if there is none. Never malloc(): other threads may hold its locks. */
void *take_memory(size_t size);
void give_memory(void *memory, size_t size);
size_t memory_taken(void);
size_t most_memory_taken(void);

/* The kernel's list of mappings, in the order of addresses. */
struct mappings { int file; size_t length, place; char text[4096 * 2]; };
struct mapping { address start, end; char flags[4]; };
bool open_mappings(struct mappings *mappings);
bool next_mapping(struct mappings *mappings, struct mapping *mapping);
void close_mappings(struct mappings *mappings);

/* Runs a function that may refuse or fault. Returns whether it completed. */
bool attempt(void (*what)(void));

/* ---- loaded-file.c: the file that contains V8 */

struct loaded_file {
  char path[4096];
  address base;      /* added to an address in the file */
  const void *parts; /* program headers, as loaded */
  int part_count;
  bool is_program;
};
bool find_loaded_file(struct loaded_file *loaded);

/* ---- listed-symbols.c: symbols of a build, passed by the caller */

enum { MOST_LISTED = 512 };
struct listed_symbol { address at; size_t size; const char *name; };
void forget_listed_symbols(void);
bool take_listed_symbols(const char *list); /* false if it is for another build, or NULL */
size_t listed_symbol_count(void);
const struct listed_symbol *listed_symbol_at(size_t place); /* addresses as in the file */

/* ---- symbols.c: V8's functions and data by name */

enum symbol {
  ITERATE_ROOTS, ITERATE_ROOTS_BY_MODE, ITERATE_WEAK_HANDLES, ITERATE_READ_ONLY_ROOTS,
  SIZE_FROM_MAP, ITERATE_BODY, VISIT_BODY, SIZE_OF_OBJECTS, EXTRACT_REFERENCES,
  OBJECT_VISITOR_TABLE, ROOT_VISITOR_TABLE, ROOT_NAME, ROOT_NAMES, TYPE_NAME, ISOLATE_GROUP,
  HEAP_PROFILER, OBJECT_ID, NATIVE_CONTEXT_NAMES,
  CURRENT_CONTEXT, ENVIRONMENT_OF_CONTEXT, EMBEDDER_GRAPH, EMBEDDER_GRAPH_TABLE, EMBEDDER_NODE_TABLE,
  SYMBOLS
};

void find_symbols(const char *list); /* NULL, or the listed symbols of this build: see listed-symbols.c */
address symbol(enum symbol symbol);      /* 0 if it is missing */
size_t symbol_size(enum symbol symbol);
int constant(const char *name);          /* of v8dbg_*; -1 if it is missing */
void each_constant(void (*see)(const char *name, int value));
/* The names of the function at an address; several if the linker has folded equal functions into one. */
struct name { address at; const char *text; };
void find_names(const address *functions, size_t count);
const char *name_of(address function, size_t which); /* NULL after the last */

/* ---- visitors.c: our visitors, with V8's interface */

enum slot_kind { PLAIN = 0, EPHEMERONS = 1, CUSTOM_WEAK = 2 };
enum extra_kind { EMBEDDED_POINTER = 1, DISPATCH_ENTRY = 2, ELSEWHERE = 3 };

/* Receives what V8's visitors are called with: the slots of the visited object, and references outside it. */
struct visitor {
  void (*slots)(const address *start, const address *end, enum slot_kind kind);
  void (*extra)(enum extra_kind kind, address value);
};
void find_visitors(void);
void visit_body(address object, address map, int size, const struct visitor *visitor);
address visited_object(void);
void visit_roots(void (*root)(int kind, const char *label, const address *slot, bool weak));
int skipped_roots(void);

/* ---- v8-heap.c: properties of every object */

void find_heap(const struct heap_walk *walk);
address heap_of_isolate(void);
address isolate_of_walk(void);
size_t bytes_of_objects(void); /* as the heap reports */
address dispatched_code(uint32_t handle); /* tagged; 0 if the table was not found */
bool is_object(address object); /* for a pointer that may be anything */

static inline address map_of(address object) { return WORD_AT(object) - 1; }
static inline bool is_strong(address word) { return (word & 3) == 1; }
static inline bool is_weak(address word) { return (word & 3) == 3 && (uint32_t)word != 3; }
static inline address object_of(address word) { return word & ~(address)3; }
static inline unsigned type_of(address map) { return U16_AT(map + 12); }
int size_by_v8(address object, address map);
int size_of(address object, address map);

enum form { SLOTS = 0, ONE_BYTE = 1, TWO_BYTE = 2, EXTERNAL = 3 };
struct type { bool known, holds_weakly; uint8_t form; char name[64]; };
enum { MOST_TYPES = 4096 }; /* V8 has some 2,200 */
const struct type *type_facts(unsigned number);
enum { STRING_HEADER = 16, STRING_HASH = 8, STRING_LENGTH = 12 };

/* ---- marks.c: the reachable objects, and their numbers */

enum { CHUNK_BITS = 18, CHUNK_WORDS = 1 << (CHUNK_BITS - 3) };
struct chunk {
  uint64_t marks[CHUNK_WORDS / 64];
  uint16_t before[CHUNK_WORDS / 64]; /* marked objects of the chunk before this word of marks */
  address start;
  uint32_t first, count;             /* number of its first object, and of its objects */
  bool overflowed, read_only;
};
struct marked { uint64_t objects, bytes, slots, checked; uint32_t torn_roots, ephemeron_rounds; };
extern struct marked marked;
void mark_from_roots(bool check_all);
void number_objects(void);
bool is_marked(address object);
bool number_of(address object, uint32_t *number); /* false if it is not marked */
size_t chunk_count(void);
const struct chunk *chunk_at(size_t place);
struct root { int kind; const char *label; address value; bool weak; };
size_t root_count(void);
const struct root *root_at(size_t place);

/* ---- records.c and embedder.c: writing */

void open_output(int descriptor);
void flush_output(void);
void need(size_t bytes);
void put_byte(unsigned byte);
void put_number(uint64_t number);
void put_bytes(const void *bytes, size_t length);
void put_text(const char *text);
static inline uint64_t zigzag(int64_t number) { return (uint64_t)number << 1 ^ (uint64_t)(number >> 63); }
struct written { uint64_t objects, bytes, edges, weak, smis; uint32_t sum, shapes; };
extern struct written written;
void forget_written(void);
void write_roots(void);
void write_objects(int break_at);
void write_ids(void);
void write_embedder_graph(void);

#endif
