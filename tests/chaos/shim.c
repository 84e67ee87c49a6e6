/* Stands between a program and the system (LD_PRELOAD), for what cannot be done from outside:
 *
 *  - a log of everything that changes the database's files, in the order it took effect, from
 *    which a test rebuilds what a power cut could have left (PENSTOCK_SHIM_LOG);
 *  - a disk that refuses to be written, and a clock that is wrong, for as long as a file that is
 *    mapped by both sides says so (PENSTOCK_SHIM_CONTROL).
 *
 * Only the files penstock.db* of PENSTOCK_SHIM_FOLDER are looked at, by the descriptors that
 * were opened for them. What is written through a mapping is not seen: SQLite does so only with
 * the index of its write-ahead log, which it never trusts after a crash.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 4096
#define DATABASE 1
#define FOLDER 2

struct control {
    int32_t refuse;         /* an errno for every write, or 0 */
    int32_t pad;
    int64_t clock_seconds;  /* added to the time of day */
};

/* One change; little-endian, followed by `length` bytes. */
struct __attribute__((packed)) change {
    uint8_t kind;           /* W write, T truncate, S sync, C create, U unlink, D sync of the folder */
    uint64_t file;          /* inode */
    uint64_t at;
    uint64_t length;
};

static const struct control nothing;
static const volatile struct control *control = &nothing;
static const char *folder;
static size_t folder_length;
static int log_file = -1;
static uint8_t kinds[DESCRIPTORS];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

/* The clock is read from memory, so that going through the kernel instead would be slow. */
static int (*real_clock)(clockid_t, struct timespec *);
static int (*real_day)(struct timeval *restrict, void *restrict);

static void find_clocks(void)
{
    real_clock = (__typeof__(real_clock))dlsym(RTLD_NEXT, "clock_gettime");
    real_day = (__typeof__(real_day))dlsym(RTLD_NEXT, "gettimeofday");
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("PENSTOCK_SHIM_CONTROL");
    int file;
    if (path && (file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC)) >= 0) {
        void *map = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
        if (map != MAP_FAILED)
            control = map;
        syscall(SYS_close, file);
    }
    if ((path = getenv("PENSTOCK_SHIM_LOG")))
        log_file = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CLOEXEC);
    folder = getenv("PENSTOCK_SHIM_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
}

/* A program that ends does so between two changes, whatever its other threads are doing. */
__attribute__((destructor)) static void end(void) { pthread_mutex_lock(&turn); }

static int kind_of_path(const char *path)
{
    if (!folder || strncmp(path, folder, folder_length) != 0)
        return 0;
    if (path[folder_length] == 0 || strcmp(path + folder_length, "/") == 0)
        return FOLDER;
    return strncmp(path + folder_length, "/penstock.db", 12) == 0 ? DATABASE : 0;
}

static int kind_of(int fd) { return fd >= 0 && fd < DESCRIPTORS ? kinds[fd] : 0; }

static uint64_t inode(int fd)
{
    struct stat found;
    return fstat(fd, &found) == 0 ? found.st_ino : 0;
}

/* No other change, of this process or another, comes between one and its note. */
static void lock(void)
{
    pthread_mutex_lock(&turn);
    if (log_file >= 0)
        flock(log_file, LOCK_EX);
}

static void unlock(void)
{
    if (log_file >= 0)
        flock(log_file, LOCK_UN);
    pthread_mutex_unlock(&turn);
}

static void note(char kind, uint64_t file, uint64_t at, const void *bytes, size_t length)
{
    if (log_file < 0)
        return;
    struct change change = { (uint8_t)kind, file, at, length };
    int kept = errno;
    char *record = malloc(sizeof change + length);
    memcpy(record, &change, sizeof change);
    if (length)
        memcpy(record + sizeof change, bytes, length);
    if (syscall(SYS_write, log_file, record, sizeof change + length) != (long)(sizeof change + length))
        abort();
    free(record);
    errno = kept;
}

static const char *name_of(const char *path) { return strrchr(path, '/') + 1; }

static int opened(const char *path, int flags, mode_t mode)
{
    int kind = kind_of_path(path);
    if (kind == DATABASE && control->refuse == EROFS && (flags & O_ACCMODE) != O_RDONLY) {
        errno = EROFS;
        return -1;
    }
    if (kind == DATABASE && control->refuse && (flags & O_CREAT) && access(path, F_OK) != 0) {
        errno = control->refuse;
        return -1;
    }
    if (!kind)
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    lock();
    int made = (flags & O_CREAT) && access(path, F_OK) != 0;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < DESCRIPTORS)
        kinds[fd] = (uint8_t)kind;
    if (fd >= 0 && made)
        note('C', inode(fd), 0, name_of(path), strlen(name_of(path)));
    unlock();
    return fd;
}

#define MODE(flags, mode)                                         \
    mode_t mode = 0;                                              \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                        \
        va_list rest;                                             \
        va_start(rest, flags);                                    \
        mode = va_arg(rest, mode_t);                              \
        va_end(rest);                                             \
    }

int open(const char *path, int flags, ...) { MODE(flags, mode) return opened(path, flags, mode); }

int open64(const char *path, int flags, ...)
{
    MODE(flags, mode)
    return opened(path, flags | O_LARGEFILE, mode);
}

int close(int fd)
{
    if (fd >= 0 && fd < DESCRIPTORS)
        kinds[fd] = 0;
    return (int)syscall(SYS_close, fd);
}

static int refused(int fd)
{
    if (kind_of(fd) != DATABASE || !control->refuse)
        return 0;
    errno = control->refuse;
    return 1;
}

static ssize_t written(int fd, const void *bytes, size_t length, off64_t at, int placed)
{
    if (kind_of(fd) != DATABASE)
        return placed ? syscall(SYS_pwrite64, fd, bytes, length, at)
                      : syscall(SYS_write, fd, bytes, length);
    if (refused(fd))
        return -1;
    lock();
    if (!placed)
        at = lseek64(fd, 0, SEEK_CUR);
    ssize_t done = placed ? syscall(SYS_pwrite64, fd, bytes, length, at)
                          : syscall(SYS_write, fd, bytes, length);
    if (done > 0)
        note('W', inode(fd), (uint64_t)at, bytes, (size_t)done);
    unlock();
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return written(fd, bytes, length, 0, 0); }

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at)
{
    return written(fd, bytes, length, at, 1);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    return written(fd, bytes, length, at, 1);
}

static int cut(int fd, off64_t length)
{
    if (refused(fd))
        return -1;
    if (kind_of(fd) != DATABASE)
        return (int)syscall(SYS_ftruncate, fd, length);
    lock();
    int result = (int)syscall(SYS_ftruncate, fd, length);
    if (result == 0)
        note('T', inode(fd), (uint64_t)length, NULL, 0);
    unlock();
    return result;
}

int ftruncate(int fd, off_t length) { return cut(fd, length); }

int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

static int synced(int fd, long call)
{
    if (refused(fd))
        return -1;
    int kind = kind_of(fd);
    if (!kind)
        return (int)syscall(call, fd);
    lock();
    int result = (int)syscall(call, fd);
    if (result == 0)
        note(kind == FOLDER ? 'D' : 'S', inode(fd), 0, NULL, 0);
    unlock();
    return result;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int unlink(const char *path)
{
    if (kind_of_path(path) != DATABASE)
        return (int)syscall(SYS_unlink, path);
    if (control->refuse == EROFS) {
        errno = EROFS;
        return -1;
    }
    lock();
    int result = (int)syscall(SYS_unlink, path);
    if (result == 0)
        note('U', 0, 0, name_of(path), strlen(name_of(path)));
    unlock();
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!real_clock)
        find_clocks();
    int result = real_clock(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += control->clock_seconds;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    if (!real_day)
        find_clocks();
    int result = real_day(now, zone);
    if (result == 0)
        now->tv_sec += control->clock_seconds;
    return result;
}
