/* Load over HTTP on loopback, for `make bench`; one thread a connection, kept alive.
 *   http submit PORT CONNECTIONS COUNT   POST /api/runs; prints rate, p50, p99 in ms, and how many were not 202
 *   http run PORT COUNT                  a run at a time, from POST to its last event; prints p50 and p99 in ms
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int port;
static long wanted;
static atomic_long next, failed;
static double *took;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void need(int ok, const char *what) {
    if (ok) return;
    perror(what);
    exit(1);
}

static int dial(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void send_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        need(sent > 0, "send");
        bytes += sent;
        count -= (size_t)sent;
    }
}

/* Reads one answer with a Content-Length; returns its status. */
static int receive(int fd, char *buffer, size_t size) {
    size_t have = 0;
    while (1) {
        ssize_t got = recv(fd, buffer + have, size - 1 - have, 0);
        need(got > 0, "receive");
        have += (size_t)got;
        buffer[have] = 0;
        char *end = strstr(buffer, "\r\n\r\n"), *length = strcasestr(buffer, "\r\nContent-Length:");
        if (!end || !length) continue;
        if (have >= (size_t)(end + 4 - buffer) + strtoul(length + 17, NULL, 10)) return atoi(buffer + 9);
    }
}

static int submit(int fd, long number, char *buffer, size_t size) {
    char body[512], request[1024];
    int length = snprintf(
        body, sizeof body,
        "{\"schema\":\"dada\",\"outputs\":[],\"seed\":%ld,\"user_id\":\"u%ld\",\"session_id\":\"s%ld\","
        "\"input_text\":\"Ein Frühstückstisch am Sonntagmorgen, zwei Tassen, ein Ei und die Zeitung von gestern, Nummer %ld\"}",
        number, number % 50, number % 500, number);
    int count = snprintf(
        request, sizeof request,
        "POST /api/runs HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", port, length, body);
    send_all(fd, request, (size_t)count);
    return receive(fd, buffer, size);
}

static void *submitter(void *unused) {
    (void)unused;
    char buffer[65536];
    int fd = dial();
    for (long number = next++; number < wanted; number = next++) {
        double start = now();
        if (submit(fd, number, buffer, sizeof buffer) != 202) failed++;
        took[number] = (now() - start) * 1000;
    }
    close(fd);
    return NULL;
}

static void run(long number) {
    static char buffer[1 << 20];
    int fd = dial();
    double start = now();
    if (submit(fd, number, buffer, sizeof buffer) != 202) failed++;
    char *id = strstr(buffer, "\"run_id\":\"");
    need(id != NULL, "no run_id");
    char request[512];
    int count = snprintf(request, sizeof request, "GET /api/runs/%.36s/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", id + 10, port);
    send_all(fd, request, (size_t)count);
    size_t have = 0;
    buffer[0] = 0;
    while (!strstr(buffer, "event: run.succeeded")) {
        ssize_t got = recv(fd, buffer + have, sizeof buffer - 1 - have, 0);
        need(got > 0, "the event stream ended without success");
        have += (size_t)got;
        buffer[have] = 0;
    }
    took[number] = (now() - start) * 1000;
    close(fd);
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    port = atoi(arguments[2]);
    wanted = atol(arguments[count - 1]);
    took = calloc((size_t)wanted + 1, sizeof *took);
    double start = now();
    if (!strcmp(arguments[1], "submit")) {
        pthread_t ids[1024];
        long connections = atol(arguments[3]);
        for (long i = 0; i < connections; i++) need(pthread_create(&ids[i], NULL, submitter, NULL) == 0, "thread");
        for (long i = 0; i < connections; i++) pthread_join(ids[i], NULL);
    } else {
        for (long number = 0; number < wanted; number++) run(number);
    }
    double seconds = now() - start;
    qsort(took, (size_t)wanted, sizeof *took, by_size);
    printf("%.3f %.3f %.3f %ld\n", (double)wanted / seconds, took[wanted / 2], took[wanted * 99 / 100], (long)failed);
}
