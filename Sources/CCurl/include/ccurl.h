/* One blocking HTTP request over libcurl, whose options are variadic and so closed to Swift. */
#pragma once
#include <stddef.h>

struct ccurl_request {
    const char *_Nullable unix_socket; /* connect here instead of to the URL's host */
    const char *_Nonnull method;
    const char *_Nonnull url;
    const void *_Nullable body;
    size_t body_bytes;
};

/* Takes a piece of the answer's body; another value than bytes stops the transfer. */
typedef size_t (*ccurl_sink)(const char *_Nonnull bytes, size_t size, size_t count, void *_Nullable context);

/* 0, or a libcurl error whose text lands in error; status is 0 when there was no answer. */
int ccurl_perform(const struct ccurl_request *_Nonnull request, ccurl_sink _Nonnull sink, void *_Nullable context,
                  long *_Nonnull status, char *_Nonnull error, size_t error_bytes);
