/* Records what a process does to an SQLite database, in the order in which it does it: LD_PRELOAD for tests.
 *
 * One record an operation, appended to $POWER_LOG with a single write: op, file, two unused bytes, length (4 bytes),
 * offset (8 bytes), data. op: W write, S sync that has returned, T truncate, U unlink. file: 0 database, 1 WAL, 2 journal.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct record { char op, file; int16_t unused; int32_t length; int64_t offset; };

static int which(const char *path) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    if (!strcmp(name, "antrean.db")) return 0;
    if (!strcmp(name, "antrean.db-wal")) return 1;
    if (!strcmp(name, "antrean.db-journal")) return 2;
    return -1;
}

static int file_of(int fd) {
    char link[40], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return -1;
    path[length] = 0;
    return which(path);
}

static void note(char op, int file, int64_t offset, const void *data, int32_t length) {
    const char *path = getenv("POWER_LOG");
    if (path == NULL) return;
    int log = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log < 0) return;
    struct record record = { op, (char)file, 0, data ? length : 0, offset };
    struct iovec parts[2] = { { &record, sizeof record }, { (void *)data, data ? (size_t)length : 0 } };
    if (writev(log, parts, 2) < 0) abort();
    close(log);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t written(int fd, const void *data, size_t size, off64_t offset, ssize_t done) {
    int file = done > 0 ? file_of(fd) : -1;
    (void)size;
    if (file >= 0) note('W', file, offset, data, (int32_t)done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    return written(fd, data, size, offset, REAL(pwrite)(fd, data, size, offset));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    return written(fd, data, size, offset, REAL(pwrite64)(fd, data, size, offset));
}

static int synced(int fd, int failed) {
    int file = failed ? -1 : file_of(fd);
    if (file >= 0) note('S', file, 0, NULL, 0);
    return failed;
}

int fsync(int fd) { return synced(fd, REAL(fsync)(fd)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)(fd)); }

static int cut(int fd, off64_t size, int failed) {
    int file = failed ? -1 : file_of(fd);
    if (file >= 0) note('T', file, size, NULL, 0);
    return failed;
}

int ftruncate(int fd, off_t size) { return cut(fd, size, REAL(ftruncate)(fd, size)); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size, REAL(ftruncate64)(fd, size)); }

int unlink(const char *path) {
    int file = which(path), failed = REAL(unlink)(path);
    if (file >= 0 && !failed) note('U', file, 0, NULL, 0);
    return failed;
}
