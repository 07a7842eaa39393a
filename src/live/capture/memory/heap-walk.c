/* The walk as a whole: its steps, refusals, faults, and the header and trailer of the records. */
#define _GNU_SOURCE
#include "walk.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* ---- Memory */

static size_t taken, most_taken;

void *take_memory(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) refuse("no-memory", "it has no memory left", NULL);
  taken += size;
  if (taken > most_taken) most_taken = taken;
  return memory;
}

void give_memory(void *memory, size_t size) {
  munmap(memory, size);
  taken -= size;
}

size_t memory_taken(void) { return taken; }
size_t most_memory_taken(void) { return most_taken; }

/* ---- Refusals and faults */

static struct {
  const char *kind, *code, *message, *detail, *phase;
} end;
static jmp_buf *leave, reading;
static volatile sig_atomic_t is_reading;

_Noreturn void refuse(const char *code, const char *message, const char *detail) {
  end.kind = "refused";
  end.code = code;
  end.message = message;
  end.detail = detail;
  longjmp(*leave, 1);
}

/* V8 also ends the process by a signal if it is called with something invalid. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
enum { FAULTS = sizeof faults / sizeof *faults };
static struct sigaction before[FAULTS];

static void fault(int number) {
  if (is_reading) longjmp(reading, 1);
  static const char *const names[] = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP", "SIGABRT", "SIGFPE"};
  end.kind = "fault";
  end.message = "its memory is not as V8 describes it";
  end.detail = NULL;
  for (int i = 0; i < FAULTS; i++) {
    if (faults[i] == number) end.code = names[i];
  }
  longjmp(*leave, 1);
}

bool read_word(address from, address *word) {
  if ((from & 7) != 0 || from < 4096) return false;
  if (_setjmp(reading) != 0) {
    is_reading = 0;
    return false;
  }
  is_reading = 1;
  *word = *(const volatile address *)from;
  is_reading = 0;
  return true;
}

bool attempt(void (*what)(void)) {
  jmp_buf here, *const outer = leave;
  leave = &here;
  const bool done = _setjmp(here) == 0;
  if (done) what();
  leave = outer;
  return done;
}

/* ---- Mappings */

bool open_mappings(struct mappings *mappings) {
  mappings->file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  mappings->length = mappings->place = 0;
  return mappings->file != -1;
}

void close_mappings(struct mappings *mappings) { close(mappings->file); }

static int next_character(struct mappings *mappings) {
  if (mappings->place == mappings->length) {
    ssize_t length;
    do length = read(mappings->file, mappings->text, sizeof mappings->text);
    while (length == -1 && errno == EINTR);
    if (length <= 0) return -1;
    mappings->length = (size_t)length;
    mappings->place = 0;
  }
  return (unsigned char)mappings->text[mappings->place++];
}

/* A line: `7f2a4c000000-7f2a4c021000 rw-p …`. */
bool next_mapping(struct mappings *mappings, struct mapping *mapping) {
  address number = 0;
  int character;
  for (int field = 0, flags = 0; (character = next_character(mappings)) != -1 && character != '\n';) {
    if (field == 2 && character != ' ' && flags < 4) mapping->flags[flags++] = (char)character;
    if (character == '-' && field == 0) {
      mapping->start = number;
      number = 0;
      field = 1;
    } else if (character == ' ') {
      if (field == 1) mapping->end = number;
      field++;
    } else if (field < 2) {
      number = number * 16 + (address)(character <= '9' ? character - '0' : character - 'a' + 10);
    }
  }
  return character != -1;
}

/* ---- JSON */

static char json[1 << 17];
static size_t json_length;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(json + json_length, sizeof json - json_length, format, arguments);
  va_end(arguments);
  if (length > 0) json_length += (size_t)length;
  if (json_length >= sizeof json) json_length = sizeof json - 1;
}

/* V8's names are plain ASCII; other characters are left out. */
static void say_text(const char *text) {
  say("\"");
  for (; text != NULL && *text != '\0'; text++) {
    if (*text >= ' ' && *text < 127 && *text != '"' && *text != '\\') say("%c", *text);
  }
  say("\"");
}

static void put_json(char section) {
  need(16);
  put_byte((unsigned char)section);
  put_text(json);
  json_length = 0;
}

static void say_constant(const char *name, int value) {
  say("%s", json[json_length - 1] == '{' ? "" : ",");
  say_text(name);
  say(":%d", value);
}

static double seconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

enum { KINDS = 256 };
static bool kind_seen[KINDS];
static const char *kind_names[KINDS];

static void name_root_kinds(void) {
  for (size_t i = 0; i < root_count(); i++) {
    const int kind = root_at(i)->kind;
    if (kind >= 0 && kind < KINDS) kind_seen[kind] = true;
  }
  if (symbol(ROOT_NAME) == 0) return;
  for (int kind = 0; kind < KINDS - 1; kind++) { /* the last kind is ours */
    if (kind_seen[kind]) kind_names[kind] = ((const char *(*)(int))symbol(ROOT_NAME))(kind);
  }
}

/* Without these kinds of roots, the walk would be incomplete. */
static void require_root_kinds(void) {
  static const char *const needed[][2] = {
    {"(Strong root list)", "(Strong roots)"}, /* before and since Node.js 22 */
    {"(Handle scope)"}, {"(Global handles)"}, {"(Builtins)"},
  };
  if (symbol(ROOT_NAME) == 0) refuse("symbol-missing", "V8's symbols lack", "RootVisitor::RootName");
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
    bool found = false;
    for (int kind = 0; kind < KINDS; kind++) {
      for (int k = 0; k < 2 && needed[i][k] != NULL; k++) found |= kind_names[kind] != NULL && strcmp(kind_names[kind], needed[i][k]) == 0;
    }
    if (!found) refuse("roots-missing", "V8 gave no roots of the kind", needed[i][0]);
  }
}

static void require_plausible_size(void) {
  const size_t reported = bytes_of_objects();
  /* The reported size excludes V8's read-only space, about 1 MB. */
  if (marked.bytes > reported + reported / 8 + (16u << 20)) refuse("size", "more is reachable than the heap has", NULL);
  if (marked.bytes < 1u << 20) refuse("size", "less is reachable than a Node.js process ever has", NULL);
}

static const char magic[] = "LSHEAP\n\1", torn[] = "\nLSTORN ";

static void put_header(const struct heap_walk *walk) {
  put_bytes(magic, sizeof magic - 1);
  say("{\"node\":");
  say_text(walk->node);
  say(",\"v8\":");
  say_text(walk->v8);
#if defined(__x86_64__)
  say(",\"arch\":\"x64\"");
#else
  say(",\"arch\":\"arm64\"");
#endif
  say(",\"nodes\":%llu,\"slots\":%llu", (unsigned long long)marked.objects, (unsigned long long)marked.slots);
  say(",\"chunkBits\":%d,\"rawWords\":32,\"stringLimit\":4294967295,\"externalLimit\":256,\"stringHeader\":%d,\"mapRaw\":[8,12]", CHUNK_BITS,
      STRING_HEADER);
  say(",\"heapUsed\":%zu,\"constants\":{", bytes_of_objects());
  each_constant(say_constant);
  say("},\"rootKinds\":{");
  for (int kind = 0, any = 0; kind < KINDS; kind++) {
    if (kind_names[kind] == NULL) continue;
    say("%s\"%d\":", any++ > 0 ? "," : "", kind);
    say_text(kind_names[kind]);
  }
  say("},\"nativeContextNames\":{");
  const struct { int32_t place; const char *name; } *names = (const void *)symbol(NATIVE_CONTEXT_NAMES);
  for (size_t i = 0; names != NULL && i < symbol_size(NATIVE_CONTEXT_NAMES) / sizeof *names; i++) {
    say("%s\"%d\":", i > 0 ? "," : "", names[i].place);
    say_text(names[i].name);
  }
  say("}}");
  put_json('H');
}

static bool begun;

static void walk_and_write(const struct heap_walk *walk) {
  const double start = seconds(CLOCK_MONOTONIC);
  const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  end.phase = "looking for V8's symbols";
  find_symbols(walk->symbols);
  find_visitors();
  find_heap(walk);
  const double found = seconds(CLOCK_MONOTONIC);
  end.phase = "marking";
  mark_from_roots(walk->check_all);
  name_root_kinds();
  require_root_kinds();
  require_plausible_size();
  number_objects();
  const double counted = seconds(CLOCK_MONOTONIC);
  end.phase = "writing";
  begun = true;
  forget_written();
  put_header(walk);
  write_roots();
  write_objects(walk->break_at);
  if (walk->ids) write_ids();
  if (walk->native) write_embedder_graph();
  const double done = seconds(CLOCK_MONOTONIC);
  say("{\"objects\":%llu,\"bytes\":%llu,\"edges\":%llu,\"weak\":%llu,\"smis\":%llu,\"sum\":%u,\"roots\":%zu,\"shapes\":%u",
      (unsigned long long)written.objects, (unsigned long long)written.bytes, (unsigned long long)written.edges,
      (unsigned long long)written.weak, (unsigned long long)written.smis, written.sum, root_count(), written.shapes);
  say(",\"check\":{\"checked\":%llu,\"differ\":0,\"tornRoots\":%u,\"ephemeronRounds\":%u}", (unsigned long long)marked.checked,
      marked.torn_roots, marked.ephemeron_rounds);
  say(",\"seconds\":{\"symbols\":%.4f,\"mark\":%.4f,\"write\":%.4f,\"cpu\":%.4f},\"memory\":%zu}", found - start, counted - found, done - counted,
      seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, most_memory_taken());
  put_json('Z');
  flush_output();
}

bool walk_heap(const struct heap_walk *walk) {
  static jmp_buf here; /* static, like everything used after a longjmp */
  static struct heap_walk copy;
  static bool done;
  copy = *walk;
  taken = most_taken = json_length = 0;
  begun = false;
  memset(&end, 0, sizeof end);
  memset(kind_seen, 0, sizeof kind_seen);
  memset(kind_names, 0, sizeof kind_names);
  leave = &here;
  done = false;
  if (_setjmp(here) == 0) {
    for (int i = 0; i < FAULTS; i++) {
      sigaction(faults[i], &(struct sigaction){.sa_handler = fault, .sa_flags = SA_NODEFER}, &before[i]);
    }
    open_output(copy.output);
    walk_and_write(&copy);
    done = true;
  } else {
    /* In the middle of records no section can start: a reader that finds no trailer looks for this marker at the end. */
    json_length = 0;
    if (begun) put_bytes(torn, sizeof torn - 1);
    else put_bytes(magic, sizeof magic - 1);
    say("{\"%s\":", end.kind);
    say_text(end.code);
    say(",\"message\":");
    say_text(end.message);
    if (end.detail != NULL) {
      say(",\"detail\":");
      say_text(end.detail);
    }
    say(",\"phase\":");
    say_text(end.phase);
    say("}");
    put_json('X');
    flush_output();
  }
  for (int i = 0; i < FAULTS; i++) sigaction(faults[i], &before[i], NULL);
  return done;
}

void write_beside_heap(const char *text, size_t length) {
  need(16);
  put_byte('L');
  put_number(length);
  put_bytes(text, length);
  flush_output();
}
