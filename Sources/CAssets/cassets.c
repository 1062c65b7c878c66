/* Written by scripts/embed.sh; run it after adding or removing a shipped file. */
#include "cassets.h"
static const unsigned char file_0[] = {
#embed "../../safety/kids.json"
};
static const unsigned char file_1[] = {
#embed "../../safety/law.json"
};
static const unsigned char file_2[] = {
#embed "../../safety/youth.json"
};
static const unsigned char file_3[] = {
#embed "../../schemas/chunks/cutup.json"
};
static const unsigned char file_4[] = {
#embed "../../schemas/chunks/output_sketch.json"
};
static const unsigned char file_5[] = {
#embed "../../schemas/chunks/output_tune.json"
};
static const unsigned char file_6[] = {
#embed "../../schemas/chunks/rework.json"
};
static const unsigned char file_7[] = {
#embed "../../schemas/configs/interception/dada.json"
};
static const unsigned char file_8[] = {
#embed "../../schemas/configs/interception/user_defined.json"
};
static const unsigned char file_9[] = {
#embed "../../schemas/configs/output/sketch.json"
};
static const unsigned char file_10[] = {
#embed "../../schemas/configs/output/tune.json"
};
static const unsigned char file_11[] = {
#embed "../../schemas/output_config_defaults.json"
};
static const unsigned char file_12[] = {
#embed "../../schemas/pipelines/procedure.json"
};
static const unsigned char file_13[] = {
#embed "../../schemas/pipelines/rework.json"
};
static const unsigned char file_14[] = {
#embed "../../schemas/pipelines/single_output.json"
};
static const struct atelier_asset assets[] = {
    {"safety/kids.json", file_0, sizeof file_0},
    {"safety/law.json", file_1, sizeof file_1},
    {"safety/youth.json", file_2, sizeof file_2},
    {"schemas/chunks/cutup.json", file_3, sizeof file_3},
    {"schemas/chunks/output_sketch.json", file_4, sizeof file_4},
    {"schemas/chunks/output_tune.json", file_5, sizeof file_5},
    {"schemas/chunks/rework.json", file_6, sizeof file_6},
    {"schemas/configs/interception/dada.json", file_7, sizeof file_7},
    {"schemas/configs/interception/user_defined.json", file_8, sizeof file_8},
    {"schemas/configs/output/sketch.json", file_9, sizeof file_9},
    {"schemas/configs/output/tune.json", file_10, sizeof file_10},
    {"schemas/output_config_defaults.json", file_11, sizeof file_11},
    {"schemas/pipelines/procedure.json", file_12, sizeof file_12},
    {"schemas/pipelines/rework.json", file_13, sizeof file_13},
    {"schemas/pipelines/single_output.json", file_14, sizeof file_14},
};
const struct atelier_asset *atelier_assets(size_t *count) {
    *count = sizeof assets / sizeof assets[0];
    return assets;
}
