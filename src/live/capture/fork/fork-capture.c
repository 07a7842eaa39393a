/*
 * Forks the process that loads this addon, so that the child can write the heap snapshot while the process continues.
 *
 * A Node-API addon: one binary serves every Node.js version of a platform. Linux with glibc or musl, x86-64 and aarch64.
 *
 *   fork(seconds, bytes, anyhow, flags, write)
 *                { pid, pipe, stood }: the child's pid, its descriptor of the pipe to read, and the seconds this took. In the
 *                child it never returns: it calls `write` with the path to write the snapshot to, and then the child exits; what
 *                `write` throws goes into the pipe. The child exits after `seconds`, or when nobody reads its pipe, and may
 *                allocate `bytes` more memory than it had (0: without limit). If V8's threads are working, it does nothing and
 *                returns undefined, unless `anyhow`. `flags`: whether V8's flags may be set; if frozen, V8 ends the process.
 *   walk(seconds, bytes, flags, seeds, options, after)
 *                The same, but the child reads the heap straight from memory (../memory/heap-walk.h). It does not wait for V8's
 *                threads, as V8 does not run in that child. `seeds` are objects of this heap, some of them functions; `options`
 *                are `node`, `v8`, what else to write, and `symbols`, the listed symbols of a stripped build; `after`, or
 *                undefined, is called in the child after the records, and the text it returns is written, too.
 *   build()      The build id of the file that contains V8, in hexadecimal; empty if it has none.
 *   tell(text)   In the child: writes text into its pipe, before the snapshot, which V8 writes itself.
 *   over(pid)    That child has ended: reaps it if that is this process' task. Returns the longest delay of the event loop
 *                since the fork, in seconds; for the main thread only.
 *
 * The process stops for the milliseconds that the kernel needs to copy its page tables. It keeps no child, no signal and no
 * descriptor; only this library stays in its address space, as it is impossible to know when it could be unloaded.
 */
#define _GNU_SOURCE
/* With it, longjmp() refuses to switch stacks, which `fork_and_leave` does. */
#undef _FORTIFY_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <node_api.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../memory/allocator.h"
#include "../memory/heap-walk.h"

#if !defined(__linux__)
#error "forking a Node.js process needs what only Linux has been seen to do"
#endif

#if defined(__x86_64__)
#define JUMP_SLOT R_X86_64_JUMP_SLOT
#define GLOBAL_DATA R_X86_64_GLOB_DAT
#elif defined(__aarch64__)
#define JUMP_SLOT R_AARCH64_JUMP_SLOT
#define GLOBAL_DATA R_AARCH64_GLOB_DAT
#else
#error "only x86-64 and aarch64: the words for relocations differ elsewhere"
#endif

/* ---- Reading /proc -------------------------------------------------------------------------------------------------------- */

/*
 * Reads a number and moves past it. By hand, as newer headers bind strtoul() to a function that only newer C libraries have, and
 * the addon must load on older ones.
 */
static uintptr_t read_number(const char **text, unsigned base) {
  uintptr_t number = 0;
  for (; isxdigit((unsigned char)**text); ++*text) {
    const int digit = tolower((unsigned char)**text);
    const unsigned value = digit <= '9' ? (unsigned)(digit - '0') : (unsigned)(digit - 'a' + 10);
    if (value >= base) break;
    number = number * base + value;
  }
  return number;
}

/* Reads a small file as text, as far as it fits; false if there is none. */
static bool read_text(const char *path, char *text, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file == -1) return false;
  const ssize_t length = read(file, text, size - 1);
  close(file);
  text[length < 0 ? 0 : length] = '\0';
  return length > 0;
}

/* The state letter of a process or thread, from its `stat`; 0 if there is none. */
static char state_in(const char *stat) {
  /* `4121 (node) Z …`: the name may contain brackets itself, the rest does not. */
  const char *name_end = strrchr(stat, ')');
  return name_end == NULL || name_end[1] == '\0' ? '\0' : name_end[2];
}

/* ---- A moment when V8's threads have nothing to do ------------------------------------------------------------------------ */

/*
 * If a thread of V8 is working at the fork (marking, sweeping, compiling concurrently), nobody completes that work in the child,
 * which then waits for it forever. So all must be idle. While the program's own thread is in here, they get no new work, and
 * between two collections they sleep.
 */
enum { MOST_THREADS = 64, USUAL_THREADS = 5 };

struct threads {
  int list[MOST_THREADS], count;
};

/*
 * Since Node.js 24, V8's threads have their own name. Before, they are the first that a process starts: one for delayed tasks, and
 * four workers.
 */
static struct threads threads_of_v8(void) {
  struct threads named = {.count = 0}, first = {.count = 0};
  DIR *folder = opendir("/proc/self/task");
  if (folder == NULL) return named;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    const char *text = entry->d_name;
    const int thread = (int)read_number(&text, 10);
    if (text == entry->d_name || thread == getpid()) continue;
    if (first.count < USUAL_THREADS) first.list[first.count++] = thread;

    char path[64], name[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread);
    if (named.count < MOST_THREADS && read_text(path, name, sizeof name) && strstr(name, "V8Worker") != NULL) {
      named.list[named.count++] = thread;
    }
  }
  closedir(folder);
  return named.count > 0 ? named : first;
}

static bool sleep_all(const struct threads *threads) {
  for (int i = 0; i < threads->count; i++) {
    char path[64], stat[512];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", threads->list[i]);
    if (read_text(path, stat, sizeof stat) && state_in(stat) != 'S') return false;
  }
  return true;
}

/* Waits for up to 5 ms. False if they are still working. */
static bool wait_for_sleep(const struct threads *threads) {
  for (int looks = 0; !sleep_all(threads); looks++) {
    if (looks == 20) return false;
    nanosleep(&(struct timespec){0, 250 * 1000}, NULL);
  }
  return true;
}

/* ---- Pages the child would lack -------------------------------------------------------------------------------------------- */

struct range {
  char *start;
  size_t size;
};

struct ranges {
  struct range *list;
  size_t count, room;
};

static bool add_range(struct ranges *ranges, struct range range) {
  if (ranges->count == ranges->room) {
    size_t room = ranges->room == 0 ? 512 : ranges->room * 2;
    struct range *list = realloc(ranges->list, room * sizeof *list);
    if (list == NULL) return false;
    ranges->list = list;
    ranges->room = room;
  }
  ranges->list[ranges->count++] = range;
  return true;
}

/*
 * V8 maps its pages MADV_DONTFORK, and a child without them dies at once. Only the kernel's list shows which they are: flag `dc`
 * of a mapping. Device memory (`io`, `pf`) and shared memory (`sh`) are kept from children for other reasons. All are collected
 * before one is changed, as changes merge mappings while they are read.
 *
 * Other threads continue meanwhile. A page that V8 maps after the list was read is missing in the child, which then may die and be
 * replaced; madvise() skips one that was unmapped. False with errno.
 */
static bool ranges_kept_from_children(struct ranges *ranges) {
  FILE *smaps = fopen("/proc/self/smaps", "re");
  if (smaps == NULL) return false;

  char line[4096 + 256]; /* a path, and the fields before it */
  struct range range = {0};
  bool complete = true;
  while (complete && fgets(line, sizeof line, smaps) != NULL) {
    if (strncmp(line, "VmFlags:", 8) == 0) {
      bool kept = strstr(line, " dc") != NULL;
      bool foreign = strstr(line, " io") != NULL || strstr(line, " pf") != NULL || strstr(line, " sh") != NULL;
      if (kept && !foreign) complete = add_range(ranges, range);
    } else if (line[0] < 'A' || line[0] > 'Z') {
      /* The first line of a mapping, `7f2a4c000000-7f2a4c021000 rw-p …`; the others start with a capital letter. */
      const char *text = line;
      const uintptr_t start = read_number(&text, 16);
      if (*text++ == '-') range = (struct range){(char *)start, read_number(&text, 16) - start};
    }
  }
  fclose(smaps);
  return complete;
}

static void advise(const struct ranges *ranges, int advice) {
  for (size_t i = 0; i < ranges->count; i++) madvise(ranges->list[i].start, ranges->list[i].size, advice);
}

/* ---- Forking -------------------------------------------------------------------------------------------------------------- */

struct forking {
  jmp_buf here;
  pid_t copy;
  int error;
};

/*
 * Runs in the memory of the process, which waits until this ends (CLONE_VFORK), and forks there. fork() runs the atfork handlers and
 * resets malloc's locks, which a bare clone() would leave as another thread held them. The child switches from this stack to that
 * of the calling thread.
 */
static int fork_and_leave(void *argument) {
  struct forking *forking = argument;
  pid_t pid = fork();
  if (pid == 0) longjmp(forking->here, 1);
  forking->copy = pid;
  forking->error = errno;
  _exit(0);
}

/*
 * Forks so that the process does not notice: the child's parent is a helper that ends at once, was created without an exit signal
 * (no SIGCHLD), and is invisible to waits for any child. So init reaps the child, whatever happens to leakscope; only a process that
 * is the init of its container, or a subreaper, inherits the child (see `bury`). Returns the child's pid, 0 in the child, and -1 with
 * errno.
 */
static pid_t fork_unheard(void) {
  const size_t stack_size = 256 * 1024;
  char *stack = mmap(NULL, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -1;

  /* No signal handler of the program may run meanwhile, on a foreign stack and in a foreign process. */
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);

  struct forking forking = {.copy = -1, .error = 0};
  if (_setjmp(forking.here) != 0) return 0; /* the child, where signals stay blocked until `settle` */

  /* The low byte, the exit signal, is 0. */
  pid_t between = clone(fork_and_leave, stack + stack_size, CLONE_VM | CLONE_VFORK, &forking);
  if (between == -1) {
    forking.error = errno;
  } else {
    while (waitpid(between, NULL, __WCLONE) == -1 && errno == EINTR) continue;
  }
  sigprocmask(SIG_SETMASK, &before, NULL);
  munmap(stack, stack_size);
  errno = forking.error;
  return forking.copy;
}

/* ---- In the child ---------------------------------------------------------------------------------------------------------- */

static struct {
  int output, input;
  int seconds_left, seconds_for_the_reader;
} copy;

static int do_nothing(void) {
  return 0;
}

/* Whether a function synchronizes threads. */
static bool is_between_threads(const char *name) {
  static const char *const all[] = {
    "pthread_cond_signal",   "pthread_cond_broadcast", "pthread_mutex_lock",    "pthread_mutex_trylock",
    "pthread_mutex_unlock",  "pthread_rwlock_rdlock",  "pthread_rwlock_wrlock", "pthread_rwlock_tryrdlock",
    "pthread_rwlock_trywrlock", "pthread_rwlock_unlock",
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (strcmp(name, all[i]) == 0) return true;
  }
  return false;
}

/* If the dynamic section was not relocated (that of the vDSO), its pointers are offsets. */
static void *pointer_in(const struct dl_phdr_info *object, ElfW(Addr) value) {
  return (void *)(value < object->dlpi_addr ? object->dlpi_addr + value : value);
}

static int redirect(const struct dl_phdr_info *object, const ElfW(Rela) *relocations, size_t count,
                           const ElfW(Sym) *symbols, const char *names) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  int replaced = 0;
  for (size_t i = 0; i < count; i++) {
    const ElfW(Rela) *relocation = &relocations[i];
    const unsigned type = ELF64_R_TYPE(relocation->r_info);
    if (type != JUMP_SLOT && type != GLOBAL_DATA) continue;
    const char *name = names + symbols[ELF64_R_SYM(relocation->r_info)].st_name;
    if (!is_between_threads(name)) continue;

    /* The table may be read-only (full RELRO). */
    void **slot = (void **)(object->dlpi_addr + relocation->r_offset);
    void *start = (void *)((uintptr_t)slot & ~(page - 1));
    if (mprotect(start, page, PROT_READ | PROT_WRITE) != 0) continue;
    *slot = (void *)do_nothing;
    replaced++;
  }
  return replaced;
}

static int redirect_in(struct dl_phdr_info *object, size_t size, void *replaced) {
  (void)size;
  const ElfW(Dyn) *dynamic = NULL;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    if (object->dlpi_phdr[i].p_type == PT_DYNAMIC) dynamic = (void *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
  }
  if (dynamic == NULL) return 0;

  const ElfW(Rela) *calls = NULL, *values = NULL;
  size_t calls_size = 0, values_size = 0;
  const ElfW(Sym) *symbols = NULL;
  const char *names = NULL;
  for (; dynamic->d_tag != DT_NULL; dynamic++) {
    switch (dynamic->d_tag) {
      case DT_JMPREL: calls = pointer_in(object, dynamic->d_un.d_ptr); break;
      case DT_PLTRELSZ: calls_size = dynamic->d_un.d_val; break;
      case DT_RELA: values = pointer_in(object, dynamic->d_un.d_ptr); break;
      case DT_RELASZ: values_size = dynamic->d_un.d_val; break;
      case DT_SYMTAB: symbols = pointer_in(object, dynamic->d_un.d_ptr); break;
      case DT_STRTAB: names = pointer_in(object, dynamic->d_un.d_ptr); break;
      default: break;
    }
  }
  if (symbols == NULL || names == NULL) return 0;
  int *count = replaced;
  if (calls != NULL) *count += redirect(object, calls, calls_size / sizeof *calls, symbols, names);
  if (values != NULL) *count += redirect(object, values, values_size / sizeof *values, symbols, names);
  return 0;
}

/*
 * The child has one thread. A lock that another thread held at the fork (for example that of V8's task queue) is never released, so
 * locking becomes a no-op: one thread needs no locks. Condition variables still count the threads that waited, and a signal may wait
 * forever for earlier waiters to leave, so signalling becomes a no-op, too, and V8 does its threads' jobs itself. The calls of the
 * program, libnode and libstdc++ are redirected. False if no call goes through a table: the program is linked in an unknown manner.
 */
static bool forget_other_threads(void) {
  int replaced = 0;
  dl_iterate_phdr(redirect_in, &replaced);
  return replaced > 0;
}

/*
 * Detaches the child from the program's ports, sockets, files and streams; its stderr becomes the pipe. Descriptors are replaced by
 * /dev/null, not closed: libuv ends a process whose loop cannot be woken, and V8 wakes it through a descriptor.
 *
 * Files are replaced by a descriptor that permits no operation. The child collects garbage, which may close a database: at /dev/null,
 * SQLite got every lock, believed to be the last user of its files, and deleted them while others used them.
 */
static bool let_go_of_descriptors(void) {
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC), closed = open("/dev/null", O_PATH | O_CLOEXEC);
  DIR *folder = opendir("/proc/self/fd");
  if (nothing == -1 || closed == -1 || folder == NULL) return false;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    const char *text = entry->d_name;
    const int descriptor = (int)read_number(&text, 10);
    if (text == entry->d_name || descriptor == nothing || descriptor == closed || descriptor == dirfd(folder)) continue;
    if (descriptor == copy.output || descriptor == copy.input) continue;
    struct stat file; /* newer headers also bind fstat() to newer C libraries */
    const bool is_file = descriptor > STDERR_FILENO && syscall(SYS_fstat, descriptor, &file) == 0 && S_ISREG(file.st_mode);
    /* Only what V8 or the C library print before they end a process shows why a child failed. */
    dup3(descriptor == STDERR_FILENO ? copy.output : is_file ? closed : nothing, descriptor, O_CLOEXEC);
  }
  closedir(folder);
  return true;
}

/*
 * Makes the kernel refuse what an addon's finalizer might do to files by name or to other processes, when garbage is collected. A
 * kernel without such filters is not an error.
 */
static void touch_nothing(void) {
  static const int refused[] = {
    SYS_unlinkat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_mkdirat, SYS_truncate, SYS_ftruncate, SYS_kill,
    SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
#ifdef SYS_pidfd_send_signal
    SYS_pidfd_send_signal,
#endif
#ifdef SYS_renameat
    SYS_renameat,
#endif
#ifdef SYS_unlink
    SYS_unlink, SYS_rename, SYS_rmdir, SYS_link, SYS_symlink, SYS_mkdir, SYS_creat,
#endif
  };
  enum { COUNT = sizeof refused / sizeof *refused };
  struct sock_filter filter[2 * COUNT + 6];
  unsigned short length = 0;
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < COUNT; i++) {
    filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, refused[i], 0, 1);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  }
  /* It may signal itself, as abort() does. */
  filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 3);
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0]));
  filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)getpid(), 1, 0);
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return;
  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &(struct sock_fprog){.len = length, .filter = filter});
}

/*
 * Checks every second whether to continue. The reader opens the pipe through the child's descriptor, as the pipe has no name; until
 * it had time to, the child keeps the reading end open itself. After that, the child exits if nobody reads the pipe, even while it
 * writes nothing.
 */
static void look_around(int number) {
  (void)number;
  const int error = errno; /* of the interrupted code */
  if (--copy.seconds_left <= 0) _exit(3);
  if (copy.seconds_for_the_reader > 0) {
    if (--copy.seconds_for_the_reader == 0) close(copy.input);
  } else {
    struct pollfd output = {.fd = copy.output, .events = 0};
    if (poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0) _exit(4);
  }
  errno = error;
}

static void write_to(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file == -1) return;
  if (write(file, text, strlen(text)) == -1) { /* not important */
  }
  close(file);
}

/* Bytes counted against RLIMIT_DATA; 0 if unknown. */
static size_t data_size(void) {
  size_t kilobytes = 0;
  FILE *status = fopen("/proc/self/status", "re");
  if (status == NULL) return 0;
  char line[256];
  while (fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "VmData:", 7) != 0) continue;
    const char *text = line + 7;
    while (isspace((unsigned char)*text)) text++;
    kilobytes = read_number(&text, 10);
  }
  fclose(status);
  return kilobytes * 1024;
}

/* Isolates and limits the child. Returns an obstacle, or NULL. */
static const char *settle(int seconds, double bytes) {
  /* Any signal ends the child, instead of the program's handlers. First of all, so that whatever follows can be ended. */
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  copy.seconds_left = seconds;
  copy.seconds_for_the_reader = 10;
  sigaction(SIGALRM, &(struct sigaction){.sa_handler = look_around, .sa_flags = SA_RESTART}, NULL);
  setitimer(ITIMER_REAL, &(struct itimerval){{1, 0}, {1, 0}}, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);

  if (!forget_other_threads()) return "its Node.js is linked in a way that is not known";
  prctl(PR_SET_NAME, "leakscope copy"); /* shown in process lists */

  /*
   * Lower priority than the program, but not the lowest: a quarter of a busy processor. At 19 it got a hundredth and lived for
   * minutes, and as long as it lives, pages that the program writes to exist twice.
   */
  setpriority(PRIO_PROCESS, 0, 5);
  /*
   * The first to be killed when memory runs short, and without a core file, which would contain the heap. A process that changed its
   * user, or has capabilities (a low port), may not write here; then the reader does it from outside.
   */
  write_to("/proc/self/oom_score_adj", "1000");
  /* With 0, a core collector still runs; with 1, the kernel does not start it. */
  setrlimit(RLIMIT_CORE, &(struct rlimit){1, 1});
  write_to("/proc/self/coredump_filter", "0"); /* if 1 is not allowed, an empty core */
  const size_t data = data_size();
  if (bytes > 0 && data > 0) {
    const rlim_t most = data + (rlim_t)bytes;
    setrlimit(RLIMIT_DATA, &(struct rlimit){most, most});
  }
  /* Writes to no file, whatever the program has configured for failures: reports, snapshots near the heap limit. */
  setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
  touch_nothing();
  if (!let_go_of_descriptors()) return errno == ENOMEM ? "out of memory" : "its descriptors cannot be let go of";
  return NULL;
}

static bool tell(const char *message, size_t length) {
  while (length > 0) {
    const ssize_t written = write(copy.output, message, length);
    if (written == -1) return false; /* nobody reads */
    message += written;
    length -= (size_t)written;
  }
  return true;
}

/*
 * Exits once everything written has been read. The reader opens the pipe through the child's descriptor, and a child that refuses
 * quickly would be gone before that, with its reason. If nobody reads, `look_around` ends the wait.
 */
static _Noreturn void end_when_read(int status) {
  int unread = 0;
  while (ioctl(copy.output, FIONREAD, &unread) == 0 && unread > 0) nanosleep(&(struct timespec){0, 2 * 1000 * 1000}, NULL);
  _exit(status);
}

/* ---- The end of a child --------------------------------------------------------------------------------------------------- */

/*
 * A child that nobody reaps (pid 1 of a container that is not an init, such as `npm start`) stays as a zombie and seems to live: only
 * its state shows that it ended.
 */
static bool has_ended(pid_t pid) {
  char path[64], stat[512];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  const char state = read_text(path, stat, sizeof stat) ? state_in(stat) : '\0';
  return state == '\0' || state == 'Z' || state == 'X';
}

static napi_value tell_reader(napi_env env, napi_callback_info info) {
  napi_value text;
  size_t count = 1, length = 0;
  if (napi_get_cb_info(env, info, &count, &text, NULL, NULL) != napi_ok || copy.output == 0 ||
      napi_get_value_string_utf8(env, text, NULL, 0, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "tell(text), in a copy");
    return NULL;
  }
  char *bytes = malloc(length + 1);
  if (bytes == NULL || napi_get_value_string_utf8(env, text, bytes, length + 1, &length) != napi_ok) {
    napi_throw_error(env, NULL, "out of memory");
  } else {
    tell(bytes, length);
  }
  free(bytes);
  return NULL;
}

/* Reaps the child, if this process inherits orphans. Only this child: all others are the program's. */
static void bury(pid_t pid) {
  int inherits = 0;
  prctl(PR_GET_CHILD_SUBREAPER, &inherits);
  if (inherits != 0 || getpid() == 1) waitpid(pid, NULL, WNOHANG | __WALL);
}

/* ---- While a child lives -------------------------------------------------------------------------------------------------- */

/*
 * V8's compaction moves objects and rewrites every reference to them. For a string or map to which all objects refer, it writes to
 * every page, and the kernel copies each first while the child shares it. With 1 GB that was a pause of 2 to 3 s in every other capture,
 * instead of milliseconds without a child. So compaction is postponed until the child has ended; freed memory is reused as always.
 *
 * V8 reads the flag when a collection begins, so it is set for just that moment: V8's hash of its flags, which cached code must match,
 * never changes for JavaScript. The hash also shows whether the program has set the flag itself.
 */
typedef void on_collection(void *isolate, int type, int flags, void *unused);
typedef void change_listener(void *isolate, on_collection *listener, void *unused, int types);
typedef void remove_listener(void *isolate, on_collection *listener, void *unused);
#define WEAK(name) __asm__(name) __attribute__((weak))
#define LISTENER "EPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_"
extern void set_v8_flags(const char *flags) WEAK("_ZN2v82V818SetFlagsFromStringEPKc");
extern uint32_t tag_of_v8_flags(void) WEAK("_ZN2v814ScriptCompiler20CachedDataVersionTagEv");
extern void *current_isolate(void) WEAK("_ZN2v87Isolate10GetCurrentEv");
extern change_listener before_collection WEAK("_ZN2v87Isolate21AddGCPrologueCallback" LISTENER "S2_");
extern change_listener after_collection WEAK("_ZN2v87Isolate21AddGCEpilogueCallback" LISTENER "S2_");
extern remove_listener not_before_collection WEAK("_ZN2v87Isolate24RemoveGCPrologueCallback" LISTENER);
extern remove_listener not_after_collection WEAK("_ZN2v87Isolate24RemoveGCEpilogueCallback" LISTENER);
enum { MARK_SWEEP_COMPACT = 4, INCREMENTAL_MARKING = 8 }; /* v8::GCType */
static void *compaction_waits_in; /* an isolate */

static void forbid_compaction(void *isolate, int type, int flags, void *unused) {
  (void)isolate, (void)type, (void)flags, (void)unused;
  set_v8_flags("--no-compact");
}

static void permit_compaction(void *isolate, int type, int flags, void *unused) {
  (void)isolate, (void)type, (void)flags, (void)unused;
  set_v8_flags("--compact");
}

static void put_off_compaction(void) {
  if (compaction_waits_in != NULL || set_v8_flags == NULL || tag_of_v8_flags == NULL || current_isolate == NULL ||
      before_collection == NULL || after_collection == NULL || not_before_collection == NULL || not_after_collection == NULL)
    return;
  const uint32_t before = tag_of_v8_flags();
  set_v8_flags("--no-compact");
  if (tag_of_v8_flags() == before) return; /* the program has set it already */
  set_v8_flags("--compact");
  compaction_waits_in = current_isolate();
  before_collection(compaction_waits_in, forbid_compaction, NULL, MARK_SWEEP_COMPACT | INCREMENTAL_MARKING);
  after_collection(compaction_waits_in, permit_compaction, NULL, MARK_SWEEP_COMPACT | INCREMENTAL_MARKING);
}

static void allow_compaction(void) {
  if (compaction_waits_in == NULL) return;
  not_before_collection(compaction_waits_in, forbid_compaction, NULL);
  not_after_collection(compaction_waits_in, permit_compaction, NULL);
  compaction_waits_in = NULL;
}

/*
 * Functions of libuv, which node-api-headers lack, and which are the same in every 1.x. Not `setInterval`: the inspector may call us
 * while Node.js works on its list of timers, and changing that list then ends the process. libuv never works on its timers while
 * JavaScript runs.
 */
typedef struct uv_handle uv_timer;
extern struct uv_loop_s *uv_default_loop(void);
extern size_t uv_handle_size(int type);
extern int uv_timer_init(struct uv_loop_s *loop, uv_timer *timer);
extern int uv_timer_start(uv_timer *timer, void (*callback)(uv_timer *), uint64_t timeout, uint64_t repeat);
extern int uv_timer_stop(uv_timer *timer);
extern int uv_is_active(const uv_timer *timer);
extern void uv_unref(uv_timer *timer);
extern uint64_t uv_hrtime(void);
enum { UV_TIMER = 13, WATCH_EVERY_MS = 10 };

/* The delay of the event loop is measured per child, as two leakscopes may capture at once. */
enum { MOST_COPIES = 8 };
static struct {
  uv_timer *timer; /* of the main thread's loop; kept for later captures */
  uint64_t last;
  struct watched_copy {
    pid_t pid;
    bool lives;
    uint64_t longest; /* nanoseconds */
  } copies[MOST_COPIES];
} watched;

static void take_time(void) {
  const uint64_t now = uv_hrtime(), delay = now - watched.last, due = WATCH_EVERY_MS * 1000000ull;
  watched.last = now;
  for (int i = 0; delay > due && i < MOST_COPIES; i++) {
    struct watched_copy *one = &watched.copies[i];
    if (one->lives && delay - due > one->longest) one->longest = delay - due;
  }
}

/* If the reader is gone, the measurement ends with the child. */
static void look_at_copies(uv_timer *timer) {
  take_time();
  bool any_lives = false;
  for (int i = 0; i < MOST_COPIES; i++) {
    struct watched_copy *one = &watched.copies[i];
    if (!one->lives) continue;
    one->lives = !has_ended(one->pid);
    if (!one->lives) bury(one->pid);
    any_lives |= one->lives;
  }
  if (any_lives) return;
  uv_timer_stop(timer);
  allow_compaction();
}

static bool is_main_thread(napi_env env) {
  struct uv_loop_s *loop;
  return napi_get_uv_event_loop(env, &loop) == napi_ok && loop == uv_default_loop();
}

/*
 * Starts after the fork, so that the timer is in no snapshot. Not for a worker thread, whose loop must have no timer when the worker
 * ends.
 */
static void watch(napi_env env, pid_t pid, bool sets_flags) {
  if (!is_main_thread(env)) return;
  if (watched.timer == NULL) {
    uv_timer *timer = calloc(1, uv_handle_size(UV_TIMER));
    if (timer == NULL || uv_timer_init(uv_default_loop(), timer) != 0) return;
    uv_unref(timer);
    watched.timer = timer;
  }
  if (uv_is_active(watched.timer)) take_time();
  watched.last = uv_hrtime();
  struct watched_copy *place = NULL;
  for (int i = 0; i < MOST_COPIES; i++) {
    struct watched_copy *one = &watched.copies[i];
    if (one->lives) continue;
    if (one->pid == pid) one->pid = 0; /* of an earlier child with the same pid */
    if (place == NULL || one->pid == 0) place = one;
  }
  if (place == NULL) return;
  *place = (struct watched_copy){.pid = pid, .lives = true};
  if (uv_timer_start(watched.timer, look_at_copies, WATCH_EVERY_MS, WATCH_EVERY_MS) == 0 && sets_flags) put_off_compaction();
}

/* ---- For JavaScript ------------------------------------------------------------------------------------------------------- */

static napi_value failed(napi_env env, const char *what, int error) {
  char message[256];
  snprintf(message, sizeof message, "%s: %s", what, strerror(error));
  napi_throw_error(env, NULL, message);
  return NULL;
}

static void set_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  if (napi_create_double(env, number, &value) == napi_ok) napi_set_named_property(env, object, name, value);
}

/* Writes the text returned after a walk, if it is one. */
static void write_returned(napi_env env, napi_value returned) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, returned, NULL, 0, &length) != napi_ok) return;
  char *text = malloc(length + 1);
  if (text != NULL && napi_get_value_string_utf8(env, returned, text, length + 1, &length) == napi_ok) write_beside_heap(text, length);
}

/* Calls a JavaScript function, with a text or without arguments, and exits at once, so that no handler of the program runs and
 * nothing is written twice. */
static _Noreturn void call_and_end(napi_env env, napi_value function, const char *argument) {
  napi_value nothing, text, outcome, error;
  if (napi_get_undefined(env, &nothing) == napi_ok &&
      (argument == NULL || napi_create_string_utf8(env, argument, NAPI_AUTO_LENGTH, &text) == napi_ok) &&
      napi_call_function(env, nothing, function, argument == NULL ? 0 : 1, &text, &outcome) == napi_ok) {
    if (argument == NULL) write_returned(env, outcome);
    end_when_read(0);
  }
  char message[1024] = "JavaScript does not run in it";
  size_t length = strlen(message);
  bool thrown = false;
  if (napi_is_exception_pending(env, &thrown) == napi_ok && thrown &&
      napi_get_and_clear_last_exception(env, &error) == napi_ok && napi_coerce_to_string(env, error, &text) == napi_ok) {
    napi_get_value_string_utf8(env, text, message, sizeof message, &length);
  }
  if (argument != NULL) tell(message, length); /* the records are whole without this */
  end_when_read(1);
}

/* The parameters of a fork. */
struct plan {
  uint64_t start;
  int32_t seconds;
  double bytes;
  bool flags;
  const struct threads *threads; /* that must sleep; NULL if that does not matter */
  const struct heap_walk *walk;  /* NULL if V8 writes */
  napi_value then;               /* called in the child: to write, or after the walk; may be NULL */
};

/* Must never return: the child would continue as a second instance of the program, and do its work twice. */
static _Noreturn void be_the_copy(napi_env env, const struct plan *plan, const int ends[2]) {
  copy.input = ends[0];
  copy.output = ends[1];
  const char *obstacle = settle(plan->seconds, plan->bytes);
  if (obstacle != NULL) {
    tell(obstacle, strlen(obstacle));
    end_when_read(1);
  }
  if (plan->walk != NULL) {
    struct heap_walk walk = *plan->walk;
    walk.output = ends[1];
    /* Output of V8 or the C library would end up among the records. */
    dup2(STDIN_FILENO, STDERR_FILENO);
    if (!walk_heap(&walk)) end_when_read(1);
    if (plan->then != NULL) call_and_end(env, plan->then, NULL);
    end_when_read(0);
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", copy.output);
  call_and_end(env, plan->then, path);
}

static napi_value fork_by(napi_env env, const struct plan *plan) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) == -1) return failed(env, "no pipe", errno);
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20); /* fewer wake-ups; 64 KB work, too, if the user's limit for pipes is reached */

  struct ranges kept = {0};
  const bool known = ranges_kept_from_children(&kept);
  int error = errno;
  pid_t pid = -1;
  if (known) {
    advise(&kept, MADV_DOFORK);
    if (plan->threads != NULL) wait_for_sleep(plan->threads); /* delayed tasks may have started while the list was read */
    pid = fork_unheard();
    error = errno;
    if (pid != 0) advise(&kept, MADV_DONTFORK);
  }
  if (pid == 0) be_the_copy(env, plan, ends);
  free(kept.list);
  close(ends[0]);
  close(ends[1]);
  if (pid == -1) return failed(env, known ? "no fork" : "/proc/self/smaps cannot be read", error);

  napi_value result;
  if (napi_create_object(env, &result) != napi_ok) return NULL;
  set_number(env, result, "pid", pid);
  set_number(env, result, "pipe", ends[0]);
  set_number(env, result, "stood", (double)(uv_hrtime() - plan->start) / 1e9);
  watch(env, pid, plan->flags);
  return result;
}

static napi_value fork_capture(napi_env env, napi_callback_info info) {
  struct plan plan = {.start = uv_hrtime()};
  napi_value arguments[5];
  napi_valuetype write;
  size_t count = 5;
  bool anyhow;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 5 ||
      napi_get_value_int32(env, arguments[0], &plan.seconds) != napi_ok || plan.seconds < 1 ||
      napi_get_value_double(env, arguments[1], &plan.bytes) != napi_ok || !(plan.bytes >= 0) ||
      napi_get_value_bool(env, arguments[2], &anyhow) != napi_ok ||
      napi_get_value_bool(env, arguments[3], &plan.flags) != napi_ok ||
      napi_typeof(env, arguments[4], &write) != napi_ok || write != napi_function) {
    napi_throw_type_error(env, NULL, "fork(seconds, bytes, anyhow, flags, write)");
    return NULL;
  }
  const struct threads threads = threads_of_v8();
  if (!wait_for_sleep(&threads) && !anyhow) return NULL;
  plan.threads = &threads;
  plan.then = arguments[4];
  return fork_by(env, &plan);
}

static bool is_option_set(napi_env env, napi_value options, const char *name) {
  napi_value value;
  bool set = false;
  return napi_get_named_property(env, options, name, &value) == napi_ok && napi_get_value_bool(env, value, &set) == napi_ok && set;
}

static bool read_walk(napi_env env, napi_value seeds, napi_value options, struct heap_walk *walk) {
  static char node[64], v8[64];
  napi_value value;
  size_t length;
  uint32_t count = 0;
  if (current_isolate == NULL || napi_get_array_length(env, seeds, &count) != napi_ok || count > MOST_SEEDS ||
      napi_get_named_property(env, options, "node", &value) != napi_ok ||
      napi_get_value_string_utf8(env, value, node, sizeof node, &length) != napi_ok ||
      napi_get_named_property(env, options, "v8", &value) != napi_ok ||
      napi_get_value_string_utf8(env, value, v8, sizeof v8, &length) != napi_ok)
    return false;
  for (uint32_t i = 0; i < count; i++) {
    if (napi_get_element(env, seeds, i, &value) != napi_ok) return false;
    /* A napi_value is V8's handle: a pointer to a slot with the object's address. */
    walk->seeds[i] = *(const uintptr_t *)value;
  }
  /* For the child; the caller frees it. */
  if (napi_get_named_property(env, options, "symbols", &value) == napi_ok &&
      napi_get_value_string_utf8(env, value, NULL, 0, &length) == napi_ok) {
    char *symbols = malloc(length + 1);
    if (symbols != NULL) napi_get_value_string_utf8(env, value, symbols, length + 1, &length);
    walk->symbols = symbols;
  }
  int32_t break_at = 0;
  if (napi_get_named_property(env, options, "breakAt", &value) == napi_ok) napi_get_value_int32(env, value, &break_at);
  walk->seed_count = (int)count;
  walk->isolate = (uintptr_t)current_isolate();
  walk->node = node;
  walk->v8 = v8;
  walk->ids = is_option_set(env, options, "ids");
  walk->native = is_option_set(env, options, "native");
  walk->check_all = is_option_set(env, options, "checkAll");
  walk->break_at = break_at;
  return true;
}

static napi_value walk_capture(napi_env env, napi_callback_info info) {
  struct plan plan = {.start = uv_hrtime()};
  struct heap_walk walk = {0};
  napi_value arguments[6];
  napi_valuetype after;
  size_t count = 6;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 6 ||
      napi_get_value_int32(env, arguments[0], &plan.seconds) != napi_ok || plan.seconds < 1 ||
      napi_get_value_double(env, arguments[1], &plan.bytes) != napi_ok || !(plan.bytes >= 0) ||
      napi_get_value_bool(env, arguments[2], &plan.flags) != napi_ok ||
      !read_walk(env, arguments[3], arguments[4], &walk) ||
      napi_typeof(env, arguments[5], &after) != napi_ok || (after != napi_function && after != napi_undefined)) {
    napi_throw_type_error(env, NULL, "walk(seconds, bytes, flags, seeds, options, after)");
    return NULL;
  }
  plan.walk = &walk;
  plan.then = after == napi_function ? arguments[5] : NULL;
  const napi_value result = fork_by(env, &plan);
  free((void *)walk.symbols);
  return result;
}

static napi_value build(napi_env env, napi_callback_info info) {
  (void)info;
  char id[BUILD_ID_ROOM];
  napi_value result;
  build_of_v8(id);
  return napi_create_string_utf8(env, id, NAPI_AUTO_LENGTH, &result) == napi_ok ? result : NULL;
}

/* Only in a child: measuring releases malloc's free memory to the system. */
static napi_value allocator(napi_env env, napi_callback_info info) {
  (void)info;
  struct allocator found;
  napi_value result;
  if (copy.output == 0 || !measure_allocator(&found) || napi_create_object(env, &result) != napi_ok) return NULL;
  set_number(env, result, "arenas", found.arenas);
  set_number(env, result, "system", (double)found.system);
  set_number(env, result, "mapped", (double)found.mapped);
  set_number(env, result, "unused", (double)found.unused);
  set_number(env, result, "resident", (double)found.resident);
  return result;
}

static napi_value over(napi_env env, napi_callback_info info) {
  napi_value pid, result;
  size_t count = 1;
  int32_t number;
  if (napi_get_cb_info(env, info, &count, &pid, NULL, NULL) != napi_ok ||
      napi_get_value_int32(env, pid, &number) != napi_ok || number < 2) {
    napi_throw_type_error(env, NULL, "over(pid)");
    return NULL;
  }
  bury(number);
  if (!is_main_thread(env) || watched.timer == NULL) return NULL;
  /* A delay that still lasts counts, too. */
  if (uv_is_active(watched.timer)) look_at_copies(watched.timer);
  for (int i = 0; i < MOST_COPIES; i++) {
    if (watched.copies[i].pid != number) continue;
    return napi_create_double(env, (double)watched.copies[i].longest / 1e9, &result) == napi_ok ? result : NULL;
  }
  return NULL;
}

NAPI_MODULE_INIT() {
  static const struct {
    const char *name;
    napi_callback function;
  } all[] = {{"fork", fork_capture}, {"walk", walk_capture}, {"build", build}, {"tell", tell_reader}, {"allocator", allocator}, {"over", over}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    napi_value function;
    if (napi_create_function(env, all[i].name, NAPI_AUTO_LENGTH, all[i].function, NULL, &function) != napi_ok) return NULL;
    if (napi_set_named_property(env, exports, all[i].name, function) != napi_ok) return NULL;
  }
  return exports;
}
