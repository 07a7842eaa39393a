/*
 * Finds V8's functions and tables by name, in the symbols of the file that contains V8: the executable or libnode.
 *
 * Both tables are read: `.dynsym` (Node.js 18 to 22 exports all of v8::internal, even if stripped) and `.symtab`, the only
 * one with V8's internal names since Node.js 24. About 25 ms for the 150,000 names of a release. If `.symtab` was stripped,
 * the listed symbols of the build are used.
 */
#define _GNU_SOURCE
#include "walk.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names differ since V8 12, which has `Tagged<Map>` for `Map`, and where arguments were added. */
static const struct {
  enum symbol symbol;
  const char *name;
} names[] = {
  {ITERATE_ROOTS, "_ZN2v88internal4Heap12IterateRootsEPNS0_11RootVisitorENS_4base7EnumSetINS0_8SkipRootEiEE"},
  {ITERATE_ROOTS_BY_MODE,
   "_ZN2v88internal4Heap12IterateRootsEPNS0_11RootVisitorENS_4base7EnumSetINS0_8SkipRootEiEENS1_16IterateRootsModeE"},
  {ITERATE_WEAK_HANDLES, "_ZN2v88internal4Heap24IterateWeakGlobalHandlesEPNS0_11RootVisitorE"},
  {ITERATE_READ_ONLY_ROOTS, "_ZN2v88internal13ReadOnlyRoots7IterateEPNS0_11RootVisitorE"},
  {SIZE_FROM_MAP, "_ZNK2v88internal10HeapObject11SizeFromMapENS0_3MapE"},
  {SIZE_FROM_MAP, "_ZNK2v88internal10HeapObject11SizeFromMapENS0_6TaggedINS0_3MapEEE"},
  {ITERATE_BODY, "_ZN2v88internal10HeapObject11IterateBodyENS0_3MapEiPNS0_13ObjectVisitorE"},
  {ITERATE_BODY, "_ZN2v88internal10HeapObject11IterateBodyENS0_6TaggedINS0_3MapEEEiPNS0_13ObjectVisitorE"},
  {VISIT_BODY,
   "_ZN2v88internal15VisitObjectBodyEPNS0_7IsolateENS0_6TaggedINS0_3MapEEENS3_INS0_10HeapObjectEEEPNS0_13ObjectVisitorE"},
  {SIZE_OF_OBJECTS, "_ZN2v88internal4Heap13SizeOfObjectsEv"},
  {EXTRACT_REFERENCES, "_ZN2v88internal14V8HeapExplorer27IterateAndExtractReferencesEPNS0_21HeapSnapshotGeneratorE"},
  {OBJECT_VISITOR_TABLE, "_ZTVN2v88internal26IndexedReferencesExtractorE"},
  {ROOT_VISITOR_TABLE, "_ZTVN2v88internal24RootsReferencesExtractorE"},
  {ROOT_NAME, "_ZN2v88internal11RootVisitor8RootNameENS0_4RootE"},
  {ROOT_NAMES, "_ZN2v88internal10RootsTable11root_names_E"},
  {TYPE_NAME, "_ZN2v88internallsERSoNS0_12InstanceTypeE"},
  {ISOLATE_GROUP, "_ZN2v88internal12IsolateGroup22default_isolate_group_E"},
  {HEAP_PROFILER, "_ZN2v87Isolate15GetHeapProfilerEv"},
  {OBJECT_ID, "_ZN2v812HeapProfiler11GetObjectIdENS_5LocalINS_5ValueEEE"},
  {NATIVE_CONTEXT_NAMES, "_ZN2v88internalL20native_context_namesE"},
  {CURRENT_CONTEXT, "_ZN2v87Isolate17GetCurrentContextEv"},
  {ENVIRONMENT_OF_CONTEXT, "_ZN4node21GetCurrentEnvironmentEN2v85LocalINS0_7ContextEEE"},
  {EMBEDDER_GRAPH, "_ZN4node11Environment18BuildEmbedderGraphEPN2v87IsolateEPNS1_13EmbedderGraphEPv"},
  {EMBEDDER_GRAPH_TABLE, "_ZTVN2v88internal17EmbedderGraphImplE"},
  {EMBEDDER_NODE_TABLE, "_ZTVN4node18MemoryRetainerNodeE"},
};
enum { NAMES = sizeof names / sizeof *names, MOST_CONSTANTS = 1024, MOST_FUNCTIONS = 256 };

static struct {
  const char *file;
  size_t size;
  address base; /* added to a symbol's value */
  address found[SYMBOLS];
  size_t sizes[SYMBOLS];
  struct { const char *name; address at; } constants[MOST_CONSTANTS];
  size_t constant_count;
  struct name functions[MOST_FUNCTIONS];
  size_t function_count;
} symbols;

/* A library may have been replaced on the disk since it was loaded. Its notes, with the build id, show that. */
static bool is_what_was_loaded(const struct loaded_file *loaded) {
  const ElfW(Ehdr) *head = (const void *)symbols.file;
  const ElfW(Phdr) *parts = (const void *)(symbols.file + head->e_phoff);
  for (int i = 0; i < head->e_phnum; i++) {
    const ElfW(Phdr) *part = &parts[i];
    if (part->p_type != PT_NOTE || part->p_offset + part->p_filesz > symbols.size) continue;
    if (memcmp(symbols.file + part->p_offset, (const void *)(loaded->base + part->p_vaddr), part->p_filesz) != 0) return false;
  }
  return true;
}

static uint32_t hash(const char *text) {
  uint32_t hash = 2166136261u;
  for (; *text != '\0'; text++) hash = (hash ^ (uint8_t)*text) * 16777619u;
  return hash;
}

static void each_symbol_of_file(void (*see)(const ElfW(Sym) *symbol, const char *name)) {
  const ElfW(Ehdr) *head = (const void *)symbols.file;
  if (head->e_shoff == 0 || head->e_shoff + (size_t)head->e_shnum * sizeof(ElfW(Shdr)) > symbols.size) return;
  const ElfW(Shdr) *sections = (const void *)(symbols.file + head->e_shoff);
  for (int i = 0; i < head->e_shnum; i++) {
    const ElfW(Shdr) *section = &sections[i];
    if (section->sh_type != SHT_SYMTAB && section->sh_type != SHT_DYNSYM) continue;
    if (section->sh_link >= head->e_shnum || section->sh_offset + section->sh_size > symbols.size) continue;
    const ElfW(Shdr) *texts = &sections[section->sh_link];
    if (texts->sh_offset + texts->sh_size > symbols.size) continue;
    const ElfW(Sym) *list = (const void *)(symbols.file + section->sh_offset);
    for (size_t k = 0; k < section->sh_size / sizeof *list; k++) {
      if (list[k].st_value == 0 || list[k].st_shndx == SHN_UNDEF || list[k].st_name >= texts->sh_size) continue;
      see(&list[k], symbols.file + texts->sh_offset + list[k].st_name);
    }
  }
}

static void each_listed_symbol(void (*see)(const ElfW(Sym) *symbol, const char *name)) {
  for (size_t i = 0; i < listed_symbol_count(); i++) {
    const struct listed_symbol *one = listed_symbol_at(i);
    see(&(ElfW(Sym)){.st_info = STT_FUNC, .st_value = one->at, .st_size = one->size}, one->name);
  }
}

static uint32_t name_hashes[NAMES];

static void see_symbol(const ElfW(Sym) *found, const char *name) {
  if (strncmp(name, "v8dbg_", 6) == 0) {
    if (symbols.constant_count == MOST_CONSTANTS) return;
    for (size_t i = symbols.constant_count; i-- > 0;) {
      if (symbols.constants[i].at == symbols.base + found->st_value) return; /* known from the other table */
    }
    symbols.constants[symbols.constant_count].name = name + 6;
    symbols.constants[symbols.constant_count++].at = symbols.base + found->st_value;
    return;
  }
  /* Only names of V8 and Node.js: `_ZN2v8…`, `_ZNK2v8…`, `_ZTVN2v8…`, `_ZTVN4node…`. */
  if (name[0] != '_' || name[1] != 'Z') return;
  const char *space = name + 2;
  if (space[0] == 'T' && space[1] == 'V') space += 2;
  if (*space++ != 'N') return;
  if (*space == 'K') space++;
  if (strncmp(space, "2v8", 3) != 0 && strncmp(space, "4node", 5) != 0) return;
  const uint32_t wanted = hash(name);
  for (size_t i = 0; i < NAMES; i++) {
    if (name_hashes[i] != wanted || strcmp(names[i].name, name) != 0) continue;
    symbols.found[names[i].symbol] = symbols.base + found->st_value;
    symbols.sizes[names[i].symbol] = found->st_size;
  }
}

/* Symbols that a stripped file still has must be at the listed addresses. */
static void see_listed(const ElfW(Sym) *listed, const char *name) {
  for (size_t i = 0; i < NAMES; i++) {
    const address known = symbols.found[names[i].symbol];
    if (known != 0 && strcmp(names[i].name, name) == 0 && known != symbols.base + listed->st_value) {
      refuse("list-differs", "its symbols are not where they are listed for its build", name);
    }
  }
  see_symbol(listed, name);
}

void find_symbols(const char *list) {
  memset(&symbols, 0, sizeof symbols);
  forget_listed_symbols();
  struct loaded_file loaded;
  if (!find_loaded_file(&loaded)) refuse("no-file", "the file that V8 was loaded from is not known", NULL);

  const int file = open(loaded.path, O_RDONLY | O_CLOEXEC);
  if (file == -1) refuse("no-file", "the file that V8 was loaded from cannot be read", loaded.path);
  const off_t size = lseek(file, 0, SEEK_END);
  void *memory = size <= (off_t)sizeof(ElfW(Ehdr)) ? MAP_FAILED : mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (memory == MAP_FAILED) refuse("no-file", "the file that V8 was loaded from cannot be read", loaded.path);
  symbols.file = memory;
  symbols.size = (size_t)size;
  symbols.base = loaded.base;
  if (memcmp(symbols.file, ELFMAG, SELFMAG) != 0) refuse("no-file", "the file that V8 was loaded from has another form", loaded.path);
  if (!loaded.is_program && !is_what_was_loaded(&loaded)) {
    refuse("file-replaced", "the file that V8 was loaded from has been replaced since", loaded.path);
  }
  for (size_t i = 0; i < NAMES; i++) name_hashes[i] = hash(names[i].name);
  each_symbol_of_file(see_symbol);
  if (symbols.found[OBJECT_VISITOR_TABLE] == 0 && take_listed_symbols(list)) each_listed_symbol(see_listed);
}

address symbol(enum symbol symbol) { return symbols.found[symbol]; }
size_t symbol_size(enum symbol symbol) { return symbols.sizes[symbol]; }

int constant(const char *name) {
  for (size_t i = 0; i < symbols.constant_count; i++) {
    if (strcmp(symbols.constants[i].name, name) == 0) return *(const int *)symbols.constants[i].at;
  }
  return -1;
}

void each_constant(void (*see)(const char *name, int value)) {
  for (size_t i = 0; i < symbols.constant_count; i++) see(symbols.constants[i].name, *(const int *)symbols.constants[i].at);
}

/* ---- Names of functions */

enum { SET = 1024 };
static address wanted[SET];

static address *place_in_set(address function) {
  size_t place = (function >> 4) * 0x9E3779B1u % SET;
  while (wanted[place] != 0 && wanted[place] != function) place = (place + 1) % SET;
  return &wanted[place];
}

/* An empty function may be folded with hundreds of other empty functions, and have their names. */
static bool is_of_interest(const char *name) {
  static const char *const classes[] = {
    "13ObjectVisitor", "11RootVisitor", "26IndexedReferencesExtractor", "24RootsReferencesExtractor",
    "17EmbedderGraphImpl", "18MemoryRetainerNode", "13EmbedderGraph4Node",
  };
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    if (strstr(name, classes[i]) != NULL) return true;
  }
  return false;
}

static void see_function(const ElfW(Sym) *found, const char *name) {
  const address at = symbols.base + found->st_value;
  if (ELF64_ST_TYPE(found->st_info) != STT_FUNC || *place_in_set(at) == 0 || !is_of_interest(name) || symbols.function_count == MOST_FUNCTIONS) return;
  for (size_t i = 0; i < symbols.function_count; i++) {
    if (symbols.functions[i].at == at && strcmp(symbols.functions[i].text, name) == 0) return;
  }
  symbols.functions[symbols.function_count++] = (struct name){at, name};
}

void find_names(const address *functions, size_t count) {
  memset(wanted, 0, sizeof wanted);
  symbols.function_count = 0;
  for (size_t i = 0; i < count && i < SET / 2; i++) *place_in_set(functions[i]) = functions[i];
  each_symbol_of_file(see_function);
  each_listed_symbol(see_function);
}

const char *name_of(address function, size_t which) {
  for (size_t i = 0; i < symbols.function_count; i++) {
    if (symbols.functions[i].at == function && which-- == 0) return symbols.functions[i].text;
  }
  return NULL;
}
