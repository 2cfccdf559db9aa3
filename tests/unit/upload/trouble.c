/* Wrapped by the linker: see CMakeLists.txt. */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "tests.h"

void *__real_realloc(void *old, size_t size);
void *__real_calloc(size_t count, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t len);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_calloc(size_t count, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);

static int allocations;
static long room = -1;

void trouble_allocations(int after)
{
    allocations = after;
}

void trouble_disk(long bytes)
{
    room = bytes;
}

void trouble_end(void)
{
    allocations = 0;
    room = -1;
}

static bool fails(void)
{
    if (allocations == 0)
        return false;
    if (allocations > 1)
        allocations--;
    return allocations == 1;
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len)
{
    if (room < 0 || fd <= STDERR_FILENO)
        return __real_write(fd, bytes, len);
    if (room == 0) {
        errno = ENOSPC;
        return -1;
    }
    if ((size_t)room < len)
        len = (size_t)room;
    room -= (long)len;
    return __real_write(fd, bytes, len);
}
