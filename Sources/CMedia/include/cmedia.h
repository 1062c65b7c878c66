/* What Swift needs of libvips, cairo, pango and Linux to decode and to draw: small on purpose, so that their headers stay out of Swift. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Confines this process: address space, no core file, dies with its parent, no descriptor above 2. 0, or errno. */
int cm_confine(uint64_t memory);

/* Starts libvips with the decoders of PNG, JPEG, WebP and GIF and no other. 0, or -1. */
int cm_vips_start(void);

/* Decodes a picture to its last byte. 0 = sound, 1 = damaged (see why), 2 = more pixels than the limit. */
int cm_decode(const char *path, int all_pages, int64_t pixels, int *width, int *height, char *why, size_t why_size);

/* A canvas of opaque pixels; lengths are user units, scaled once at the start. */
typedef struct cm_canvas cm_canvas;
cm_canvas *cm_canvas_new(int width, int height, double scale);
void cm_canvas_free(cm_canvas *canvas);

void cm_save(cm_canvas *canvas);
void cm_restore(cm_canvas *canvas);
void cm_transform(cm_canvas *canvas, double xx, double yx, double xy, double yy, double x0, double y0);

void cm_move(cm_canvas *canvas, double x, double y);
void cm_line(cm_canvas *canvas, double x, double y);
void cm_curve(cm_canvas *canvas, double x1, double y1, double x2, double y2, double x3, double y3);
void cm_close(cm_canvas *canvas);
void cm_forget(cm_canvas *canvas);

/* Colours are 0xRRGGBB, alpha 0...1. Each of these keeps the path; `cm_forget` drops it. */
void cm_fill(cm_canvas *canvas, uint32_t colour, double alpha);
void cm_stroke(cm_canvas *canvas, uint32_t colour, double alpha, double width);
/* Fills overlapping outlines of type as one, and swells them by a width. */
void cm_fill_nonzero(cm_canvas *canvas, uint32_t colour, double alpha, double swell);
void cm_clip(cm_canvas *canvas);
void cm_multiply(cm_canvas *canvas, int on);
/* A soft shadow of the path: offset and radius in pixels of a 1024 canvas. */
void cm_shadow(cm_canvas *canvas, double dx, double dy, int radius, double alpha);
/* Covers the clip with fibre and grain of paper from a seed. */
void cm_grain(cm_canvas *canvas, uint32_t seed, double alpha);

/* Encodes the canvas as a PNG; `cm_free` gives the bytes back. 0, or -1. */
int cm_png(cm_canvas *canvas, uint8_t **bytes, size_t *size);
void cm_free(void *bytes);

/* Loads the fonts of the given fontconfig document, and of nothing else. 0, or -1. */
int cm_fonts_start(const char *configuration);
/* Whether a family is among the fonts. */
int cm_fonts_have(const char *family);

/* A text set in type, in user units. */
typedef struct cm_text cm_text;
typedef struct {
    const char *family, *language;
    double size;
    int bold, italic;
    double spacing;  /* extra space between letters, in user units */
    double width;    /* wraps at this width; 0 = one line */
    double leading;  /* line height as a factor; 0 = the font's own */
} cm_type;
typedef struct {
    double x, y, width, height; /* ink, from the top left of the first line */
    double advance, line;       /* logical size */
    double baseline;
    int unknown;                /* characters that no font has */
} cm_extents;
cm_text *cm_text_new(const char *utf8, size_t size, const cm_type *type);
void cm_text_free(cm_text *text);
cm_extents cm_text_extents(cm_text *text);
/* Draws with its top left at the origin; emoji keep their colours. */
void cm_text_draw(cm_canvas *canvas, cm_text *text, uint32_t colour, double alpha);
/* Adds the outlines to the path, for heavier weights and for cutting letters out. */
void cm_text_path(cm_canvas *canvas, cm_text *text);
