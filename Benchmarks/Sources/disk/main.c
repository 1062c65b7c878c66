/* What the disk does by itself, in the words of `make bench`:
 *   disk files DIR THREADS SECONDS    create, write 4 KiB, fsync, rename; files a second
 *   disk append DIR SECONDS           append 4 KiB, fdatasync; appends a second
 *   disk replay DIR OPERATIONS COUNT  the operations of one run, again and again; milliseconds at p50
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char block[1 << 20];
static const char *dir;
static double until;
static atomic_long done;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(int ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void *write_files(void *argument) {
    long thread = (long)argument, number = 0;
    char temporary[4096], name[4096];
    while (now() < until) {
        snprintf(temporary, sizeof temporary, "%s/t%ld.%ld", dir, thread, number);
        snprintf(name, sizeof name, "%s/f%ld.%ld", dir, thread, number++);
        int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        need(fd >= 0 && write(fd, block, 4096) == 4096 && fsync(fd) == 0 && close(fd) == 0, "write");
        need(rename(temporary, name) == 0, "rename");
        atomic_fetch_add(&done, 1);
    }
    return NULL;
}

static double files(long threads, double seconds) {
    pthread_t ids[256];
    double start = now();
    until = start + seconds;
    for (long i = 0; i < threads; i++) need(pthread_create(&ids[i], NULL, write_files, (void *)i) == 0, "thread");
    for (long i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    return (double)done / (now() - start);
}

static double append(double seconds) {
    char path[4096];
    snprintf(path, sizeof path, "%s/append", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    need(fd >= 0, "open");
    double start = now();
    for (; now() < start + seconds; done++) need(write(fd, block, 4096) == 4096 && fdatasync(fd) == 0, "append");
    double rate = (double)done / (now() - start);
    close(fd);
    return rate;
}

/* One operation a line: a letter, then names and numbers. `%` in a name stands for the number of the repetition. */
struct operation { char kind; char first[200], second[200]; long bytes; };

static void place(char *out, size_t size, const char *name, long round) {
    char filled[400];
    size_t length = 0;
    for (; *name && length < sizeof filled - 24; name++) {
        if (*name == '%') length += (size_t)snprintf(filled + length, sizeof filled - length, "%ld", round);
        else filled[length++] = *name;
    }
    filled[length] = 0;
    snprintf(out, size, "%s/%s", dir, filled);
}

static void perform(const struct operation *o, long round, int log) {
    char first[4096], second[4096];
    place(first, sizeof first, o->first, round);
    if (o->kind == 'm') { need(mkdir(first, 0755) == 0 || errno == EEXIST, "mkdir"); return; }
    if (o->kind == 'r') {
        place(second, sizeof second, o->second, round);
        need(rename(first, second) == 0, "rename");
        return;
    }
    if (o->kind == 'l') { need(write(log, block, (size_t)o->bytes) == o->bytes, "log"); return; }
    if (o->kind == 'L') { need(fdatasync(log) == 0, "sync log"); return; }
    int flags = o->kind == 'c' ? O_WRONLY | O_CREAT | O_TRUNC : o->kind == 'w' ? O_WRONLY | O_APPEND : O_RDONLY;
    int fd = open(first, flags | O_CLOEXEC, 0644);
    need(fd >= 0, first);
    if (o->kind == 'w') need(write(fd, block, (size_t)o->bytes) == o->bytes, "write");
    if (o->kind == 's') need(fsync(fd) == 0, "fsync");
    close(fd);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double replay(const char *list, long count) {
    static struct operation operations[4096];
    static double took[100000];
    char path[4096], line[1024];
    long known = 0;
    FILE *file = fopen(list, "r");
    need(file != NULL, list);
    while (known < 4096 && fgets(line, sizeof line, file)) {
        struct operation *o = &operations[known];
        memset(o, 0, sizeof *o);
        if (line[0] == 'l') sscanf(line, "%c %ld", &o->kind, &o->bytes);
        else if (line[0] == 'w') sscanf(line, "%c %199s %ld", &o->kind, o->first, &o->bytes);
        else sscanf(line, "%c %199s %199s", &o->kind, o->first, o->second);
        known++;
    }
    fclose(file);
    snprintf(path, sizeof path, "%s/log", dir);
    int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    need(log >= 0, "log");
    for (long round = 0; round < count && round < 100000; round++) {
        double start = now();
        for (long i = 0; i < known; i++) perform(&operations[i], round, log);
        took[round] = (now() - start) * 1000;
    }
    qsort(took, (size_t)count, sizeof took[0], by_size);
    return took[count / 2];
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    dir = arguments[2];
    const char *kind = arguments[1];
    double figure = !strcmp(kind, "files")    ? files(atol(arguments[3]), atof(arguments[4]))
                    : !strcmp(kind, "append") ? append(atof(arguments[3]))
                                              : replay(arguments[3], atol(arguments[4]));
    printf("%.3f\n", figure);
}
