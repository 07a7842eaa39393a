/*
 * The functions of glibc that Debian's libstdc++ and libgcc need, for a Node.js that runs on musl: with this library preloaded,
 * .ci/fetch-musl-node works without Alpine. For tests only: exceptions cannot be caught, and C is the only locale.
 */
#define _GNU_SOURCE
#include <locale.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

extern const unsigned short **__ctype_b_loc(void);
extern const int32_t **__ctype_tolower_loc(void), **__ctype_toupper_loc(void);

/* glibc's locale_t, whose tables libstdc++ reads directly; musl sees categories without a map, which means the C locale. */
static struct {
  void *categories[13];
  const unsigned short *kinds;
  const int32_t *lower, *upper;
  const char *names[13];
} locale;

locale_t __newlocale(int mask, const char *name, locale_t base) {
  (void)mask, (void)name, (void)base;
  locale.kinds = *__ctype_b_loc();
  locale.lower = *__ctype_tolower_loc();
  locale.upper = *__ctype_toupper_loc();
  for (size_t i = 0; i < sizeof locale.names / sizeof *locale.names; i++) locale.names[i] = "C";
  return (locale_t)&locale;
}

locale_t __duplocale(locale_t other) { return other; }
void __freelocale(locale_t other) { (void)other; }

size_t __strftime_l(char *text, size_t room, const char *format, const struct tm *time, locale_t other) {
  (void)other;
  return strftime(text, room, format, time);
}

char __libc_single_threaded;
unsigned __cpu_model[4];
int __cpu_indicator_init(void) { return 0; }
int _dl_find_object(void *place, void *found) {
  (void)place, (void)found;
  return -1;
}

/* Thread-local objects are not destroyed before the process ends. */
int __cxa_thread_atexit_impl(void (*end)(void *), void *object, void *library) {
  (void)end, (void)object, (void)library;
  return 0;
}

uint32_t arc4random(void) {
  uint32_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) return 4;
  return number;
}

/* Only in a libstdc++ newer than Debian 12's: the part of std::string::replace() for a text within the string itself. */
void replace_cold(void *self, char *place, size_t before, const char *text, size_t after, size_t behind)
  __asm__("_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE15_M_replace_coldEPcmPKcmm");
void replace_cold(void *self, char *place, size_t before, const char *text, size_t after, size_t behind) {
  (void)self;
  if (after > 0 && after <= before) memmove(place, text, after);
  if (behind > 0 && before != after) memmove(place + after, place + before, behind);
  if (after <= before) return;
  if (text + after <= place + before) {
    memmove(place, text, after);
  } else if (text >= place + before) {
    memcpy(place, text + (after - before), after);
  } else {
    const size_t left = (size_t)(place + before - text);
    memmove(place, text, left);
    memcpy(place + left, place + after, after - left);
  }
}
