#include "canvas.h"
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdlib.h>
#include <string.h>

struct cm_text {
    PangoLayout *layout;
};

static FcConfig *configuration;
static PangoFontMap *map;

int cm_fonts_start(const char *document) {
    configuration = FcConfigCreate();
    if (!configuration) return -1;
    if (!FcConfigParseAndLoadFromMemory(configuration, (const FcChar8 *)document, FcTrue)) return -1;
    if (!FcConfigBuildFonts(configuration)) return -1;
    map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (!map) return -1;
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), configuration);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72); /* one point is one unit */
    return 0;
}

int cm_fonts_have(const char *family) {
    FcPattern *pattern = FcPatternCreate();
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8 *)family);
    FcObjectSet *objects = FcObjectSetBuild(FC_FAMILY, NULL);
    FcFontSet *found = FcFontList(configuration, pattern, objects);
    int have = found && found->nfont > 0;
    if (found) FcFontSetDestroy(found);
    FcObjectSetDestroy(objects);
    FcPatternDestroy(pattern);
    return have;
}

static PangoContext *make_context(const char *language) {
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_language(context, pango_language_from_string(language));
    return context;
}

cm_text *cm_text_new(const char *utf8, size_t size, const cm_type *type) {
    PangoContext *context = make_context(type->language);
    cm_text *text = calloc(1, sizeof *text);
    if (!text) abort();
    text->layout = pango_layout_new(context);
    g_object_unref(context);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, type->family);
    pango_font_description_set_weight(font, type->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, type->italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    pango_font_description_set_absolute_size(font, type->size * PANGO_SCALE);
    pango_layout_set_font_description(text->layout, font);
    pango_font_description_free(font);
    pango_layout_set_text(text->layout, utf8, (int)size);
    if (type->spacing != 0) {
        PangoAttrList *list = pango_attr_list_new();
        pango_attr_list_insert(list, pango_attr_letter_spacing_new((int)(type->spacing * PANGO_SCALE)));
        pango_layout_set_attributes(text->layout, list);
        pango_attr_list_unref(list);
    }
    if (type->width > 0) {
        pango_layout_set_width(text->layout, (int)(type->width * PANGO_SCALE));
        pango_layout_set_wrap(text->layout, PANGO_WRAP_WORD_CHAR);
    } else {
        pango_layout_set_single_paragraph_mode(text->layout, TRUE);
    }
    if (type->leading > 0) pango_layout_set_line_spacing(text->layout, (float)type->leading);
    return text;
}

void cm_text_free(cm_text *text) {
    g_object_unref(text->layout);
    free(text);
}

cm_extents cm_text_extents(cm_text *text) {
    PangoRectangle ink, logical;
    pango_layout_get_extents(text->layout, &ink, &logical);
    const double unit = 1.0 / PANGO_SCALE;
    return (cm_extents){
        .x = ink.x * unit, .y = ink.y * unit, .width = ink.width * unit, .height = ink.height * unit,
        .advance = logical.width * unit, .line = logical.height * unit,
        .baseline = pango_layout_get_baseline(text->layout) * unit,
        .unknown = pango_layout_get_unknown_glyphs_count(text->layout),
    };
}

void cm_text_draw(cm_canvas *canvas, cm_text *text, uint32_t colour, double alpha) {
    cm_colour(canvas, colour, alpha);
    cairo_move_to(canvas->cr, 0, 0);
    pango_cairo_show_layout(canvas->cr, text->layout);
    cairo_new_path(canvas->cr);
}

void cm_text_path(cm_canvas *canvas, cm_text *text) {
    cairo_move_to(canvas->cr, 0, 0);
    pango_cairo_layout_path(canvas->cr, text->layout);
}
