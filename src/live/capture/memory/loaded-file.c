/* Finds the file that V8's code was loaded from (the executable or libnode), and its build id. */
#define _GNU_SOURCE
#include "walk.h"

#include <elf.h>
#include <link.h>
#include <string.h>

extern void *isolate_of_thread(void) __asm__("_ZN2v87Isolate10GetCurrentEv") __attribute__((weak));

/* The program itself is the first in the list. */
static int find_object(struct dl_phdr_info *object, size_t size, void *argument) {
  (void)size;
  struct loaded_file *loaded = argument;
  const address code = (address)isolate_of_thread;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    const address start = object->dlpi_addr + part->p_vaddr;
    if (part->p_type != PT_LOAD || code < start || code >= start + part->p_memsz) continue;
    loaded->base = object->dlpi_addr;
    loaded->parts = object->dlpi_phdr;
    loaded->part_count = object->dlpi_phnum;
    loaded->is_program = object->dlpi_name == NULL || object->dlpi_name[0] == '\0';
    strncpy(loaded->path, loaded->is_program ? "/proc/self/exe" : object->dlpi_name, sizeof loaded->path - 1);
    return 1;
  }
  return 0;
}

bool find_loaded_file(struct loaded_file *loaded) {
  memset(loaded, 0, sizeof *loaded);
  if (isolate_of_thread != NULL) dl_iterate_phdr(find_object, loaded);
  return loaded->path[0] != '\0';
}

/* The linker's hash of its output, in the loaded file: `strip` keeps it. */
static bool find_build_id(const struct loaded_file *loaded, const uint8_t **id, size_t *length) {
  for (int i = 0; i < loaded->part_count; i++) {
    const ElfW(Phdr) *part = &((const ElfW(Phdr) *)loaded->parts)[i];
    if (part->p_type != PT_NOTE) continue;
    address at = loaded->base + part->p_vaddr;
    const address end = at + part->p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      const ElfW(Nhdr) *note = (const void *)at;
      const address name = at + sizeof *note, content = name + ((note->n_namesz + 3u) & ~3u);
      if (content > end || note->n_descsz > end - content) break;
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp((const void *)name, "GNU", 4) == 0) {
        *id = (const void *)content;
        *length = note->n_descsz;
        return true;
      }
      at = content + ((note->n_descsz + 3u) & ~3u);
    }
  }
  return false;
}

void build_of_v8(char id[BUILD_ID_ROOM]) {
  static const char digits[] = "0123456789abcdef";
  struct loaded_file loaded;
  const uint8_t *bytes;
  size_t length = 0, place = 0;
  if (!find_loaded_file(&loaded) || !find_build_id(&loaded, &bytes, &length) || length * 2 >= BUILD_ID_ROOM) length = 0;
  for (size_t i = 0; i < length; i++) {
    id[place++] = digits[bytes[i] >> 4];
    id[place++] = digits[bytes[i] & 15];
  }
  id[place] = '\0';
}
