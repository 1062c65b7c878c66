/* Files that travel inside the binary: the shipped schemas and the word lists. */
#pragma once
#include <stddef.h>

struct atelier_asset {
    const char *_Nonnull path;
    const unsigned char *_Nonnull bytes;
    size_t count;
};

/* All of them, and how many there are. */
const struct atelier_asset *_Nonnull atelier_assets(size_t *_Nonnull count);
