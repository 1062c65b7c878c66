/* Files that travel inside the binary: the shipped schemas and the word lists. */
#pragma once
#include <stddef.h>

struct atelier_asset {
    const char *_Nonnull path;
    const unsigned char *_Nonnull bytes;
    size_t count;
};

extern const struct atelier_asset atelier_assets[];
extern const size_t atelier_asset_count;
