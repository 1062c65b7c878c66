#pragma once
#include "cmedia.h"
#include <cairo/cairo.h>

struct cm_canvas {
    cairo_surface_t *surface;
    cairo_t *cr;
    int width, height;
    double scale;
};

static inline void cm_colour(cm_canvas *canvas, uint32_t colour, double alpha) {
    cairo_set_source_rgba(
        canvas->cr, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0, alpha);
}
