#define _GNU_SOURCE
#include "cmedia.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vips/vips.h>

int cm_confine(uint64_t memory) {
    struct rlimit space = {memory, memory}, none = {0, 0};
    if (setrlimit(RLIMIT_AS, &space) || setrlimit(RLIMIT_CORE, &none)) return errno;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL)) return errno;
    if (close_range(3, ~0U, 0)) return errno;
    return 0;
}

/* A damaged PNG makes libvips write thousands of lines; the error buffer holds what matters. */
static void drop(const char *domain, GLogLevelFlags level, const char *message, void *data) {
    (void)domain, (void)level, (void)message, (void)data;
}

int cm_vips_start(void) {
    g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING, drop, NULL);
    if (VIPS_INIT("atelier")) return -1;
    vips_block_untrusted_set(TRUE);
    vips_cache_set_max(0);
    vips_concurrency_set(1);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    const char *allowed[] = {"VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp", "VipsForeignLoadNsgif"};
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) vips_operation_block_set(allowed[i], FALSE);
    return 0;
}

/* A source, not a file name: libvips reads options out of names that hold brackets. */
static VipsImage *open_image(VipsSource *source, int all_pages) {
    if (all_pages)
        return vips_image_new_from_source(
            source, "", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, "n", -1, NULL);
    return vips_image_new_from_source(source, "", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
}

int cm_decode(const char *path, int all_pages, int64_t pixels, int *width, int *height, char *why, size_t why_size) {
    int result = 1;
    double average = 0;
    VipsImage *image = NULL;
    VipsSource *source = vips_source_new_from_file(path);
    if (source) image = open_image(source, all_pages);
    if (image) {
        *width = vips_image_get_width(image);
        *height = vips_image_get_page_height(image);
        if ((int64_t)*width * vips_image_get_height(image) > pixels)
            result = 2;
        else if (!vips_avg(image, &average, NULL)) /* reads every pixel and keeps none */
            result = 0;
        g_object_unref(image);
    }
    if (source) g_object_unref(source);
    if (result) snprintf(why, why_size, "%s", vips_error_buffer());
    vips_error_clear();
    return result;
}
