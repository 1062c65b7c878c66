#define _GNU_SOURCE
#include "chttp.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const int socket_flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

/* Closes fd and answers -errno of the failure before. */
static int give_up(int fd) {
    int reason = errno;
    close(fd);
    return -reason;
}

static int listen_on(const struct addrinfo *one, int backlog) {
    int fd = socket(one->ai_family, socket_flags, 0), yes = 1, idle = 60;
    if (fd < 0) return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    /* Accepted sockets inherit these: a peer whose machine vanished is found although it never said goodbye. */
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    if (one->ai_family == AF_INET6) {
        /* "::" means every address, IPv4 too; any other IPv6 address leaves the port free on IPv4. */
        int only = !IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)one->ai_addr)->sin6_addr);
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    }
    if (bind(fd, one->ai_addr, one->ai_addrlen) || listen(fd, backlog)) return give_up(fd);
    return fd;
}

int chttp_listen_tcp(const char *host, uint16_t port, int backlog) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV}, *all = NULL;
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    if (getaddrinfo(host, service, &hints, &all)) return -EADDRNOTAVAIL;
    int result = -EADDRNOTAVAIL;
    for (struct addrinfo *one = all; one; one = one->ai_next) {
        result = listen_on(one, backlog);
        /* A port that is taken on one address must not be dodged by way of another. */
        if (result >= 0 || result == -EADDRINUSE) break;
    }
    freeaddrinfo(all);
    return result;
}

uint16_t chttp_port(int fd) {
    struct sockaddr_storage own = {0};
    socklen_t length = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &length)) return 0;
    if (own.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&own)->sin_port);
    if (own.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&own)->sin6_port);
    return 0;
}

static int unix_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
    strcpy(address->sun_path, path);
    return 0;
}

int chttp_listen_unix(const char *path, int backlog) {
    struct sockaddr_un address;
    int refused = unix_address(path, &address);
    if (refused) return refused;
    int fd = socket(AF_UNIX, socket_flags, 0);
    if (fd < 0) return -errno;
    /* The mode of the inode behind the descriptor is taken over by bind: there is no moment with a wider one. */
    if (fchmod(fd, 0600) || bind(fd, (struct sockaddr *)&address, sizeof address)) return give_up(fd);
    if (chmod(path, 0600) || listen(fd, backlog)) {
        int reason = give_up(fd);
        unlink(path);
        return reason;
    }
    return fd;
}

int chttp_unix_answers(const char *path) {
    struct sockaddr_un address;
    int refused = unix_address(path, &address);
    if (refused) return refused;
    int fd = socket(AF_UNIX, socket_flags, 0);
    if (fd < 0) return -errno;
    int answer = connect(fd, (struct sockaddr *)&address, sizeof address) ? -errno : 1;
    close(fd);
    if (answer == -EAGAIN) return 1; /* its queue is full, so somebody holds it */
    return answer == -ECONNREFUSED || answer == -ENOENT ? 0 : answer;
}

int chttp_send(int fd, const void *bytes, size_t count) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? -errno : (int)sent;
}

int chttp_discard(int fd) {
    char scrap[16384];
    for (int turn = 0; turn < 64; turn++) {
        ssize_t got = recv(fd, scrap, sizeof scrap, MSG_DONTWAIT);
        if (got > 0) continue;
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    }
    return 1;
}

void chttp_ignore_sigpipe(void) { signal(SIGPIPE, SIG_IGN); }

int chttp_address(const struct sockaddr *address, char *text, unsigned char *bytes) {
    text[0] = 0;
    memset(bytes, 0, 16);
    if (!address) return -1;
    if (address->sa_family == AF_UNIX) return 0;
    const void *value;
    int kind = 4;
    if (address->sa_family == AF_INET) {
        value = &((const struct sockaddr_in *)address)->sin_addr;
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
        kind = IN6_IS_ADDR_V4MAPPED(six) ? 4 : 6;
        value = kind == 4 ? (const void *)(six->s6_addr + 12) : six;
    } else {
        return -1;
    }
    memcpy(bytes, value, kind == 4 ? 4 : 16);
    inet_ntop(kind == 4 ? AF_INET : AF_INET6, value, text, INET6_ADDRSTRLEN);
    return kind;
}

int chttp_watch_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

int chttp_event_make(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void chttp_event_kick(int event) {
    uint64_t one = 1;
    /* It can only fail when the counter is full, and then the reader wakes anyway. */
    if (write(event, &one, sizeof one) < 0) return;
}

void chttp_event_clear(int event) {
    uint64_t count;
    if (read(event, &count, sizeof count) < 0) return;
}

int chttp_watch_hangup(int watch, int fd, uint64_t mark) {
    struct epoll_event wanted = {.events = EPOLLRDHUP | EPOLLET, .data.u64 = mark};
    return epoll_ctl(watch, EPOLL_CTL_ADD, fd, &wanted) ? -errno : 0;
}

int chttp_watch_input(int watch, int fd, uint64_t mark) {
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLRDHUP, .data.u64 = mark};
    return epoll_ctl(watch, EPOLL_CTL_ADD, fd, &wanted) ? -errno : 0;
}

void chttp_watch_drop(int watch, int fd) { epoll_ctl(watch, EPOLL_CTL_DEL, fd, NULL); }

int chttp_watch_wait(int watch, uint64_t *marks, int most, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(watch, events, most < 64 ? most : 64, milliseconds);
    for (int i = 0; i < count; i++) marks[i] = events[i].data.u64;
    return count < 0 ? 0 : count;
}

struct chttp_daemon {
    struct MHD_Daemon *library;
    void (*log)(void *context, const char *sentence);
    void *context;
};

static void write_log(void *cls, const char *format, va_list arguments) {
    struct chttp_daemon *daemon = cls;
    char sentence[512];
    vsnprintf(sentence, sizeof sentence, format, arguments);
    daemon->log(daemon->context, sentence);
}

/* Leaves the target as it came: it is decoded once, strictly, in Swift. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text) {
    (void)cls, (void)connection;
    return strlen(text);
}

struct chttp_daemon *chttp_start(const struct chttp_settings *s) {
    struct chttp_daemon *daemon = calloc(1, sizeof *daemon);
    if (!daemon) return NULL;
    daemon->log = s->log;
    daemon->context = s->context;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)write_log, daemon}, /* first, so that it hears of the others */
        {MHD_OPTION_LISTEN_SOCKET, s->listen_fd, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, s->connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, s->idle_seconds, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)s->connection_memory, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)s->notify, s->context},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)s->completed, s->context},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)s->target, s->context},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL},
        {s->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, s->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    daemon->library = MHD_start_daemon(
        flags, 0, s->accept, s->context, s->access, s->context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (daemon->library) return daemon;
    free(daemon);
    return NULL;
}

void chttp_quiesce(struct chttp_daemon *daemon) { MHD_quiesce_daemon(daemon->library); }

void chttp_stop(struct chttp_daemon *daemon) {
    MHD_stop_daemon(daemon->library);
    free(daemon);
}

void *chttp_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

int chttp_fd(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

const struct sockaddr *chttp_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}
