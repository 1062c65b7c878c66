#!/bin/sh
# Writes Sources/CAssets/cassets.c: one #embed for each shipped file. The tidy test compares its list with the folders.
set -eu
cd "$(dirname "$0")/.."
files=$(find schemas safety -type f | LC_ALL=C sort)
{
    echo '/* Written by scripts/embed.sh; run it after adding or removing a shipped file. */'
    echo '#include "cassets.h"'
    number=0
    for file in $files; do
        printf 'static const unsigned char file_%d[] = {\n#embed "../../%s"\n};\n' "$number" "$file"
        number=$((number + 1))
    done
    echo 'static const struct atelier_asset assets[] = {'
    number=0
    for file in $files; do
        printf '    {"%s", file_%d, sizeof file_%d},\n' "$file" "$number" "$number"
        number=$((number + 1))
    done
    echo '};'
    echo 'const struct atelier_asset *atelier_assets(size_t *count) {'
    echo '    *count = sizeof assets / sizeof assets[0];'
    echo '    return assets;'
    echo '}'
} > Sources/CAssets/cassets.c
