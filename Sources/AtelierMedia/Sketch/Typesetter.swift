import AtelierCore
import CMedia
import Glibc

/// Typefaces of a fixed set of Debian packages; nothing of the user's.
enum Fonts {
    /// Loads the fonts once.
    ///
    /// - Throws: ``Failure`` with `backend_unavailable` when a package is missing: better no picture than boxes for letters.
    static func start() throws {
        try Self.once.get()
    }

    /// Loads them before memory is limited.
    ///
    /// fontconfig that runs out of memory while it reads a font writes into the machine's cache that the font is not there, and every
    /// program believes it until somebody runs fc-cache. What is wrong is said by ``start()``.
    static func prepare() { _ = Self.once }

    private static let once = Result<Void, Failure> { () throws(Failure) in
        guard cm_fonts_start(Self.configuration) == 0 else { throw Failure(.internalError, "The fonts could not be loaded.") }
        for (family, package) in Self.needed where cm_fonts_have(family) == 0 {
            throw Failure(
                .backendUnavailable,
                "Pictures cannot be drawn: the typeface \(family) is missing.",
                hint: "apt install \(package); if it is installed, fc-cache -f makes fontconfig look again."
            )
        }
    }

    private static let needed = [
        ("Noto Serif Display", "fonts-noto-core"), ("Noto Sans Display", "fonts-noto-core"), ("Noto Sans Arabic", "fonts-noto-core"),
        ("Noto Sans CJK JP", "fonts-noto-cjk"), ("Noto Color Emoji", "fonts-noto-color-emoji"),
    ]

    private static let configuration = """
        <?xml version="1.0"?>
        <fontconfig>
        <dir>/usr/share/fonts/truetype/noto</dir>
        <dir>/usr/share/fonts/opentype/noto</dir>
        <alias binding="strong"><family>emoji</family><prefer><family>Noto Color Emoji</family></prefer></alias>
        <cachedir>/var/cache/fontconfig</cachedir>
        </fontconfig>
        """
}

/// A voice of type.
enum Face: Sendable, CaseIterable {
    case serif, sans, italic, sansLight

    var isBold: Bool { self == .serif || self == .sans }
    var isItalic: Bool { self == .italic }

    func families(_ language: String) -> String {
        let (latin, han) =
            self == .serif || self == .italic ? ("Noto Serif Display", "Noto Serif CJK") : ("Noto Sans Display", "Noto Sans CJK")
        let region = ["ja": "JP", "ko": "KR", "zh-cn": "SC"][language] ?? "JP"
        return "\(latin),\(han) \(region)"
    }
}

/// A text set in type: measured, then drawn.
final class SetText {
    let extents: cm_extents
    private let handle: OpaquePointer
    private let isPlain: Bool

    /// Sets a text.
    ///
    /// - Returns: Nil when a character has no glyph in any font, or nothing would be seen.
    init?(_ text: String, _ face: Face, size: Double, language: String, spacing: Double = 0, width: Double = 0, leading: Double = 0) {
        let handle: OpaquePointer? = face.families(language).withCString { family in
            language.withCString { language in
                var type = cm_type(
                    family: family,
                    language: language,
                    size: size,
                    bold: face.isBold ? 1 : 0,
                    italic: face.isItalic ? 1 : 0,
                    spacing: spacing,
                    width: width,
                    leading: leading
                )
                var text = text
                return text.withUTF8 { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { cm_text_new($0.baseAddress, $0.count, &type) }
                }
            }
        }
        guard let handle else { return nil }
        self.handle = handle
        self.extents = cm_text_extents(handle)
        self.isPlain = !text.contains { WordSplitter.isEmoji(String($0)) }
        if self.extents.unknown > 0 || self.extents.width <= 0 { return nil }
    }

    deinit {
        cm_text_free(self.handle)
    }

    private func addPath(_ canvas: Canvas) {
        cm_forget(canvas.handle)
        cm_text_path(canvas.handle, self.handle)
    }

    /// Draws with the top left corner of its ink at `origin`.
    ///
    /// - Parameters:
    ///   - canvas: Where.
    ///   - origin: The ink's top left corner.
    ///   - colour: Of all but emoji.
    ///   - alpha: 0 to 1.
    ///   - weight: Added to the strokes' width, for heavier type than the fonts have.
    func draw(_ canvas: Canvas, at origin: Point, _ colour: UInt32, alpha: Double = 1, weight: Double = 0) {
        canvas.transformed(Affine(x0: origin.x - self.extents.x, y0: origin.y - self.extents.y)) {
            guard self.isPlain, weight > 0 else { return cm_text_draw(canvas.handle, self.handle, colour, alpha) }
            self.addPath(canvas)
            cm_fill_nonzero(canvas.handle, colour, alpha, weight)
            cm_forget(canvas.handle)
        }
    }
    /// Cuts letters out of paper: with a shadow, without one where the script has no outlines.
    func lay(_ canvas: Canvas, at origin: Point, _ colour: UInt32, weight: Double) {
        canvas.transformed(Affine(x0: origin.x - self.extents.x, y0: origin.y - self.extents.y)) {
            self.addPath(canvas)
            cm_shadow(canvas.handle, 6, 8, 3, 0.26)
            cm_fill_nonzero(canvas.handle, colour, 1, weight)
            cm_clip(canvas.handle)
            cm_forget(canvas.handle)
            cm_grain(canvas.handle, 7, 0.09)
        }
    }
}
