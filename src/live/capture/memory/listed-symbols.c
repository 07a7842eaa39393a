/*
 * Symbols of a build, passed by the caller because `strip` has removed them from the file: a text with the build id in the
 * first line, and a symbol in each other one, `<address> <size> <name>`, numbers in hexadecimal.
 */
#include "walk.h"

#include <string.h>

static struct listed_symbol all[MOST_LISTED];
static size_t count;

void forget_listed_symbols(void) { count = 0; }
size_t listed_symbol_count(void) { return count; }
const struct listed_symbol *listed_symbol_at(size_t place) { return &all[place]; }

static bool number_at(const char **text, address *number) {
  const char *start = *text;
  for (*number = 0;; ++*text) {
    const char digit = **text;
    if (digit >= '0' && digit <= '9') *number = *number << 4 | (address)(digit - '0');
    else if (digit >= 'a' && digit <= 'f') *number = *number << 4 | (address)(digit - 'a' + 10);
    else break;
  }
  return *text > start && *(*text)++ == ' ';
}

bool take_listed_symbols(const char *list) {
  char id[BUILD_ID_ROOM];
  build_of_v8(id);
  count = 0;
  const size_t length = strlen(id);
  if (list == NULL || length == 0 || strncmp(list, id, length) != 0 || list[length] != '\n') return false;

  const size_t size = strlen(list) + 1;
  char *text = take_memory(size); /* kept for the whole walk: names point into it */
  memcpy(text, list, size);
  for (char *line = text + length + 1; *line != '\0';) {
    char *end = strchr(line, '\n');
    const char *at = line;
    address where, bytes;
    if (end == NULL || count == MOST_LISTED || !number_at(&at, &where) || !number_at(&at, &bytes) || at >= end) {
      refuse("list-damaged", "the list of its build's symbols is damaged", NULL);
    }
    *end = '\0';
    all[count++] = (struct listed_symbol){where, bytes, at};
    line = end + 1;
  }
  return count > 0;
}
