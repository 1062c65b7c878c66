/* What Glibc's Swift module does not show, or shows in a form that Swift cannot call. */
#pragma once
#include <stdint.h>

/* renameat2(2) with RENAME_NOREPLACE; 0, or an errno. */
int posix_rename_exclusive(const char *_Nonnull from, const char *_Nonnull to);
/* open(2) with O_CLOEXEC added; a descriptor, or a negative errno. */
int posix_open(const char *_Nonnull path, int flags, unsigned mode);
/* Free bytes for this user on the file system of path; negative errno on failure. */
int64_t posix_free_bytes(const char *_Nonnull path);
/* Length of a regular file in bytes; negative errno on failure. */
int64_t posix_file_size(const char *_Nonnull path);

/* Takes the whole-file lock of an open description (F_OFD_SETLK); 0, or an errno (EAGAIN: somebody else has it). */
int posix_lock_exclusive(int descriptor);
/* Whether another open description holds the lock of a file, without taking it (F_OFD_GETLK): 1, 0, or a negative errno. */
int posix_is_locked(int descriptor);
/* Ignores SIGPIPE, so that a reader that went away is an error of that write and not the end of the process. */
void posix_ignore_sigpipe(void);
/* From now on SIGTERM and SIGINT are bytes in a pipe, whichever thread gets them and however early; its reading end, or a negative errno. */
int posix_catch_stop(void);
