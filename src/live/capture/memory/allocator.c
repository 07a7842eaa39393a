/*
 * Measures the free memory that glibc's malloc keeps. malloc_info() reports it by arena, in XML that is the same since 2.10;
 * malloc_trim() releases free memory, and the difference in resident memory is what was kept unused. Both are weak symbols,
 * so the addon loads without them. glibc's fork() leaves malloc's locks usable in the child.
 */
#define _GNU_SOURCE
#include "allocator.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* glibc's own; absent with another C library. */
extern int malloc_info(int options, FILE *stream) __attribute__((weak));
extern int malloc_trim(size_t pad) __attribute__((weak));

/* By hand: newer headers bind scanf and strtoull to newer versions of glibc. */
static size_t number_at(const char **text) {
  size_t number = 0;
  while (**text == ' ') (*text)++;
  for (; **text >= '0' && **text <= '9'; (*text)++) number = number * 10 + (size_t)(**text - '0');
  return number;
}

/* Resident bytes of this process that are not backed by a file. */
static size_t resident_bytes(void) {
  char text[128] = "";
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL) return 0;
  const char *at = fgets(text, sizeof text, file);
  fclose(file);
  if (at == NULL) return 0;
  number_at(&at);
  const size_t all = number_at(&at), shared = number_at(&at);
  return all > shared ? (all - shared) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* The number after `name` in the first tag of a text that starts with `tag`. */
static size_t number_in(const char *text, const char *tag, const char *name) {
  const char *at = strstr(text, tag);
  if (at == NULL) return 0;
  const char *end = strchr(at, '>');
  at = strstr(at, name);
  if (at == NULL || end == NULL || at > end) return 0;
  at += strlen(name);
  return number_at(&at);
}

struct wanted {
  uintptr_t address, base;
};

static int find_object(struct dl_phdr_info *object, size_t size, void *argument) {
  (void)size;
  struct wanted *wanted = argument;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const uintptr_t start = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
    if (object->dlpi_phdr[i].p_type != PT_LOAD || wanted->address < start) continue;
    if (wanted->address - start >= object->dlpi_phdr[i].p_memsz) continue;
    wanted->base = object->dlpi_addr;
    return 1;
  }
  return 0;
}

/* The load address of the library or program that contains a function. */
static uintptr_t object_of(uintptr_t address) {
  struct wanted wanted = {.address = address, .base = 0};
  dl_iterate_phdr(find_object, &wanted);
  return wanted.base;
}

bool measure_allocator(struct allocator *found) {
  if (malloc_info == NULL || malloc_trim == NULL) return false;
  /* jemalloc, tcmalloc and mimalloc replace glibc's malloc, which then holds next to nothing. */
  if (object_of((uintptr_t)malloc) != object_of((uintptr_t)malloc_info)) return false;

  char *text = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&text, &length);
  if (stream == NULL) return false;
  const bool told = malloc_info(0, stream) == 0;
  fclose(stream);
  if (!told || text == NULL) {
    free(text);
    return false;
  }
  *found = (struct allocator){.arenas = 0};
  const char *totals = text;
  for (const char *at = strstr(text, "<heap nr="); at != NULL; at = strstr(at + 1, "<heap nr=")) found->arenas++;
  for (const char *at = strstr(text, "</heap>"); at != NULL; at = strstr(at + 1, "</heap>")) totals = at;
  found->system = number_in(totals, "<system type=\"current\"", "size=\"");
  found->mapped = number_in(totals, "<total type=\"mmap\"", "size=\"");
  found->unused = number_in(totals, "<total type=\"fast\"", "size=\"") + number_in(totals, "<total type=\"rest\"", "size=\"");
  free(text);

  const size_t before = resident_bytes();
  malloc_trim(0);
  const size_t after = resident_bytes();
  found->resident = before > after ? before - after : 0;
  return true;
}
