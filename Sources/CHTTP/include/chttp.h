#pragma once
#include <microhttpd.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* What Swift cannot call or see of libmicrohttpd, epoll and sockets: variadic functions, va_list, macros. */

/* Sockets. All descriptors are close-on-exec and non-blocking. Each function answers a descriptor, or -errno. */

/* Listens on the first address of host that can be bound; -EADDRNOTAVAIL if the name means nothing here. */
int chttp_listen_tcp(const char *host, uint16_t port, int backlog);
/* The port that a listening socket was given; 0 for another kind of socket. */
uint16_t chttp_port(int fd);
/* Listens on a Unix socket of mode 0600; -EADDRINUSE if the path exists, -ENAMETOOLONG if it cannot be an address. */
int chttp_listen_unix(const char *path, int backlog);
/* 1 if somebody answers on the Unix socket, 0 if nobody does, -errno if that cannot be told. */
int chttp_unix_answers(const char *path);
/* Sends what fits without waiting and without SIGPIPE; bytes sent or -errno. */
int chttp_send(int fd, const void *bytes, size_t count);
/* Reads and forgets what is there; 1 if more may come, 0 if the peer has ended. */
int chttp_discard(int fd);
void chttp_ignore_sigpipe(void);

/* A peer's address: 0 unix, 4, 6 or -1; `text` (46 bytes) its spelling, `bytes` (16) its value; IPv4 in IPv6 counts as 4. */
int chttp_address(const struct sockaddr *address, char *text, unsigned char *bytes);

/* Watching for readers that hang up. */

int chttp_watch_make(void);
int chttp_event_make(void);
void chttp_event_kick(int event);
void chttp_event_clear(int event);
/* Reports once, with `mark`, when the peer of fd has closed its side. */
int chttp_watch_hangup(int watch, int fd, uint64_t mark);
/* Reports `mark` whenever fd can be read. */
int chttp_watch_input(int watch, int fd, uint64_t mark);
/* Stops looking at fd; call it before closing a descriptor whose socket may live on under another number. */
void chttp_watch_drop(int watch, int fd);
/* Fills up to `most` marks; answers how many; milliseconds -1 waits for ever. */
int chttp_watch_wait(int watch, uint64_t *marks, int most, int milliseconds);

/* libmicrohttpd. */

struct chttp_settings {
    int listen_fd;
    unsigned int threads;
    unsigned int connections;
    unsigned int idle_seconds;
    size_t connection_memory;
    void *context; /* first argument of every callback */
    MHD_AcceptPolicyCallback accept;
    MHD_NotifyConnectionCallback notify;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_AccessHandlerCallback access;
    MHD_RequestCompletedCallback completed;
    void (*log)(void *context, const char *sentence);
};
struct chttp_daemon;

/* NULL with errno if it cannot start. */
struct chttp_daemon *chttp_start(const struct chttp_settings *settings);
/* Stops accepting; the listening socket stays the caller's to close. */
void chttp_quiesce(struct chttp_daemon *daemon);
/* Closes all connections and joins the threads. No connection may be suspended: the library would abort. */
void chttp_stop(struct chttp_daemon *daemon);

/* What the notify callback left in `socket_context`. */
void *chttp_context(struct MHD_Connection *connection);
int chttp_fd(struct MHD_Connection *connection);
const struct sockaddr *chttp_peer(struct MHD_Connection *connection);

/* What a body's reader answers instead of a number of bytes. */
static const ssize_t chttp_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t chttp_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
