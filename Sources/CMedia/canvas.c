#include "canvas.h"
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

cm_canvas *cm_canvas_new(int width, int height, double scale) {
    cm_canvas *canvas = calloc(1, sizeof *canvas);
    if (!canvas) return NULL;
    canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    if (cairo_surface_status(canvas->surface)) {
        cairo_surface_destroy(canvas->surface);
        free(canvas);
        return NULL;
    }
    canvas->cr = cairo_create(canvas->surface);
    canvas->width = width, canvas->height = height, canvas->scale = scale;
    cairo_set_antialias(canvas->cr, CAIRO_ANTIALIAS_GRAY);
    cairo_set_fill_rule(canvas->cr, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_set_line_join(canvas->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_scale(canvas->cr, scale, scale);
    return canvas;
}

void cm_canvas_free(cm_canvas *canvas) {
    if (!canvas) return;
    cairo_destroy(canvas->cr);
    cairo_surface_destroy(canvas->surface);
    free(canvas);
}

void cm_save(cm_canvas *canvas) { cairo_save(canvas->cr); }
void cm_restore(cm_canvas *canvas) { cairo_restore(canvas->cr); }
void cm_transform(cm_canvas *canvas, double xx, double yx, double xy, double yy, double x0, double y0) {
    cairo_matrix_t matrix = {xx, yx, xy, yy, x0, y0};
    cairo_transform(canvas->cr, &matrix);
}

void cm_move(cm_canvas *canvas, double x, double y) { cairo_move_to(canvas->cr, x, y); }
void cm_line(cm_canvas *canvas, double x, double y) { cairo_line_to(canvas->cr, x, y); }
void cm_curve(cm_canvas *canvas, double x1, double y1, double x2, double y2, double x3, double y3) {
    cairo_curve_to(canvas->cr, x1, y1, x2, y2, x3, y3);
}
void cm_close(cm_canvas *canvas) { cairo_close_path(canvas->cr); }
void cm_forget(cm_canvas *canvas) { cairo_new_path(canvas->cr); }

void cm_fill(cm_canvas *canvas, uint32_t colour, double alpha) {
    cm_colour(canvas, colour, alpha);
    cairo_fill_preserve(canvas->cr);
}
void cm_stroke(cm_canvas *canvas, uint32_t colour, double alpha, double width) {
    cm_colour(canvas, colour, alpha);
    cairo_set_line_width(canvas->cr, width);
    cairo_stroke_preserve(canvas->cr);
}
void cm_fill_nonzero(cm_canvas *canvas, uint32_t colour, double alpha, double swell) {
    cm_colour(canvas, colour, alpha);
    cairo_set_fill_rule(canvas->cr, CAIRO_FILL_RULE_WINDING);
    cairo_fill_preserve(canvas->cr);
    cairo_set_fill_rule(canvas->cr, CAIRO_FILL_RULE_EVEN_ODD);
    if (swell > 0 && alpha >= 1) cm_stroke(canvas, colour, alpha, swell);
}
void cm_clip(cm_canvas *canvas) { cairo_clip_preserve(canvas->cr); }
void cm_multiply(cm_canvas *canvas, int on) {
    cairo_set_operator(canvas->cr, on ? CAIRO_OPERATOR_MULTIPLY : CAIRO_OPERATOR_OVER);
}

/* One pass of a box blur along a line of bytes; edges count as empty. */
static void blur_line(uint8_t *line, int count, int step, int radius, uint8_t *copy) {
    for (int i = 0; i < count; i++) copy[i] = line[i * step];
    uint32_t sum = 0, size = 2 * radius + 1;
    for (int i = 0; i <= radius && i < count; i++) sum += copy[i];
    for (int i = 0; i < count; i++) {
        line[i * step] = (uint8_t)(sum / size);
        if (i + radius + 1 < count) sum += copy[i + radius + 1];
        if (i - radius >= 0) sum -= copy[i - radius];
    }
}

static void blur(cairo_surface_t *mask, int radius) {
    cairo_surface_flush(mask);
    int width = cairo_image_surface_get_width(mask), height = cairo_image_surface_get_height(mask);
    int stride = cairo_image_surface_get_stride(mask);
    uint8_t *bytes = cairo_image_surface_get_data(mask);
    uint8_t *copy = malloc(width > height ? width : height);
    if (!bytes || !copy) abort(); /* out of memory: the worker dies alone */
    for (int pass = 0; pass < 2; pass++) {
        for (int y = 0; y < height; y++) blur_line(bytes + (size_t)y * stride, width, 1, radius, copy);
        for (int x = 0; x < width; x++) blur_line(bytes + x, height, stride, radius, copy);
    }
    free(copy);
    cairo_surface_mark_dirty(mask);
}

struct area {
    double left, top, right, bottom;
};

static struct area device_area(cm_canvas *canvas) {
    struct area area;
    cairo_save(canvas->cr);
    cairo_identity_matrix(canvas->cr);
    cairo_path_extents(canvas->cr, &area.left, &area.top, &area.right, &area.bottom);
    cairo_restore(canvas->cr);
    return area;
}

/* Painting a mask over the whole canvas for a small piece of paper would cost more than all the rest. */
static void clip_to(cm_canvas *canvas, const struct area *area, double dx, double dy, double margin) {
    double left = (int)(area->left + dx - margin), top = (int)(area->top + dy - margin);
    cairo_rectangle(
        canvas->cr, left, top, (int)(area->right + dx + margin - left + 1), (int)(area->bottom + dy + margin - top + 1));
    cairo_clip(canvas->cr);
}

/* The mask is a third of a 1024 canvas and no larger for large ones: a shadow has no detail to lose. */
void cm_shadow(cm_canvas *canvas, double dx, double dy, int radius, double alpha) {
    enum { side = 384 };
    int longer = canvas->width > canvas->height ? canvas->width : canvas->height;
    int width = (int)((int64_t)canvas->width * side / longer) + 1, height = (int)((int64_t)canvas->height * side / longer) + 1;
    double ratio = (double)side / longer;
    cairo_surface_t *mask = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    cairo_t *cr = cairo_create(mask);
    cairo_matrix_t matrix, shrink = {ratio, 0, 0, ratio, 0, 0};
    cairo_get_matrix(canvas->cr, &matrix);
    cairo_matrix_multiply(&matrix, &matrix, &shrink);
    cairo_set_matrix(cr, &matrix);
    cairo_path_t *path = cairo_copy_path(canvas->cr);
    struct area area = device_area(canvas);
    cairo_append_path(cr, path);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_fill(cr);
    cairo_destroy(cr);
    blur(mask, radius);
    cairo_save(canvas->cr);
    cairo_new_path(canvas->cr);
    cairo_identity_matrix(canvas->cr);
    clip_to(canvas, &area, dx * canvas->scale, dy * canvas->scale, (2 * radius + 2) / ratio);
    cairo_translate(canvas->cr, dx * canvas->scale, dy * canvas->scale);
    cairo_scale(canvas->cr, 1 / ratio, 1 / ratio);
    cairo_set_source_rgba(canvas->cr, 0.07, 0.05, 0.04, alpha);
    cairo_mask_surface(canvas->cr, mask, 0, 0);
    cairo_restore(canvas->cr);
    cairo_append_path(canvas->cr, path);
    cairo_path_destroy(path);
    cairo_surface_destroy(mask);
}

/* Grain: few grey levels (they compress), some short fibres; a tile that repeats unseen. */
void cm_grain(cm_canvas *canvas, uint32_t seed, double alpha) {
    enum { side = 256 };
    cairo_surface_t *tile = cairo_image_surface_create(CAIRO_FORMAT_A8, side, side);
    uint8_t *bytes = cairo_image_surface_get_data(tile);
    int stride = cairo_image_surface_get_stride(tile);
    if (!bytes) abort();
    uint32_t state = seed * 2654435761u | 1;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            state ^= state << 13, state ^= state >> 17, state ^= state << 5;
            bytes[y * stride + x] = (state >> 9 & 7) == 0 ? 150 : (state >> 9 & 7) < 3 ? 60 : 0;
        }
    for (int fibre = 0; fibre < 60; fibre++) {
        state ^= state << 13, state ^= state >> 17, state ^= state << 5;
        int x = state & 255, y = state >> 8 & 255, slope = (int)(state >> 16 & 7) - 3, length = 6 + (state >> 20 & 15);
        for (int i = 0; i < length; i++) bytes[((y + i * slope / 4) & 255) * stride + ((x + i) & 255)] = 170;
    }
    cairo_surface_mark_dirty(tile);
    cairo_save(canvas->cr);
    cairo_path_t *path = cairo_copy_path(canvas->cr);
    cairo_new_path(canvas->cr);
    cairo_identity_matrix(canvas->cr);
    cairo_pattern_t *pattern = cairo_pattern_create_for_surface(tile);
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REPEAT);
    cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST);
    cm_colour(canvas, (seed & 1) ? 0x2a2018 : 0xfffaf0, alpha);
    cairo_mask(canvas->cr, pattern);
    cairo_pattern_destroy(pattern);
    cairo_restore(canvas->cr);
    cairo_append_path(canvas->cr, path);
    cairo_path_destroy(path);
    cairo_surface_destroy(tile);
}

int cm_png(cm_canvas *canvas, uint8_t **bytes, size_t *size) {
    cairo_surface_flush(canvas->surface);
    const uint8_t *from = cairo_image_surface_get_data(canvas->surface);
    int stride = cairo_image_surface_get_stride(canvas->surface), width = canvas->width, height = canvas->height;
    uint8_t *pixels = malloc((size_t)width * height * 3), *to = pixels;
    if (!from || !pixels) return free(pixels), -1;
    for (int y = 0; y < height; y++) {
        const uint32_t *row = (const uint32_t *)(from + (size_t)y * stride);
        for (int x = 0; x < width; x++, to += 3) to[0] = row[x] >> 16, to[1] = row[x] >> 8, to[2] = row[x];
    }
    VipsImage *image =
        vips_image_new_from_memory(pixels, (size_t)width * height * 3, width, height, 3, VIPS_FORMAT_UCHAR);
    int failed = -1;
    void *data = NULL;
    if (image) {
        image->Type = VIPS_INTERPRETATION_sRGB;
        failed = vips_pngsave_buffer(
            image, &data, size, "compression", 4, "filter", VIPS_FOREIGN_PNG_FILTER_SUB, "strip", TRUE, NULL);
        g_object_unref(image);
    }
    *bytes = data;
    free(pixels);
    vips_error_clear();
    return failed ? -1 : 0;
}

void cm_free(void *bytes) { g_free(bytes); }
