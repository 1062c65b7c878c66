/// A few papers and an ink.
struct Palette: Sendable, Hashable {
    /// The paper under everything.
    var ground: UInt32
    /// Papers for large forms, the quiet ones first.
    var papers: [UInt32]
    /// The loud one, for the main thing.
    var accent: UInt32
    /// For type and small heavy forms.
    var ink: UInt32
    /// The lightest paper, for labels.
    var light: UInt32

    init(_ ground: UInt32, _ papers: [UInt32], accent: UInt32, ink: UInt32, light: UInt32) {
        (self.ground, self.papers, self.accent, self.ink, self.light) = (ground, papers, accent, ink, light)
    }

    /// The palette that a reading asks for; named colours take the loud places.
    static func of(_ reading: Reading) -> Palette {
        let families = reading.moods.first.flatMap { Self.byMood[$0] } ?? Self.all
        var palette = families[Int(reading.hash >> 20) % families.count]
        let named = reading.colours.compactMap { Self.named[$0] }
        if let first = named.first {
            if Self.distance(first, palette.ground) < 90 { palette.ground = palette.light == first ? palette.papers[0] : palette.light }
            if Self.distance(first, palette.ground) < 60 { palette.ground = palette.ink }
            palette.accent = first
        }
        for (index, colour) in named.dropFirst().prefix(palette.papers.count - 1).enumerated() { palette.papers[index] = colour }
        return palette
    }

    /// How far apart two colours are, 0 to 765.
    static func distance(_ one: UInt32, _ other: UInt32) -> Int {
        [16, 8, 0].reduce(0) { $0 + abs(Int(one >> $1 & 255) - Int(other >> $1 & 255)) }
    }

    /// 0 (black) to 255.
    static func lightness(_ colour: UInt32) -> Int {
        (Int(colour >> 16 & 255) * 54 + Int(colour >> 8 & 255) * 183 + Int(colour & 255) * 19) >> 8
    }

    /// Ink or light paper, whichever can be read on a colour.
    func type(on colour: UInt32) -> UInt32 {
        let (dark, light) = (Self.lightness(self.ink), Self.lightness(self.light))
        let own = Self.lightness(colour)
        return abs(own - dark) >= abs(own - light) ? self.ink : self.light
    }

    /// Papers that stand out against a colour, the loud one among them.
    func papers(on colour: UInt32) -> [UInt32] {
        let apart = (self.papers + [self.accent]).filter { Self.distance($0, colour) > 110 }
        return apart.isEmpty ? [self.type(on: colour)] : apart
    }

    static let named: [String: UInt32] = [
        "red": 0xC8301F, "blue": 0x1F4E9C, "green": 0x2E7A4B, "yellow": 0xF0BE2A, "orange": 0xE67526, "pink": 0xE78FA6,
        "violet": 0x6B4A93, "brown": 0x7A4A2C, "black": 0x1C1A18, "white": 0xFAF6EC, "grey": 0x8C8C86, "gold": 0xC99A2E,
        "turquoise": 0x1F8F93,
    ]

    private static let merz = Palette(0xEEE5D3, [0xC8A46E, 0x7F9096, 0xD8CBB2, 0x3E4A50], accent: 0xB5402A, ink: 0x1F1D1A, light: 0xF8F2E4)
    private static let pebble = Palette(
        0xF1ECE0,
        [0xB9B7AC, 0x26406F, 0x8A8C86, 0xDAD3C2],
        accent: 0x1F1D1B,
        ink: 0x1F1D1B,
        light: 0xFBF8F0
    )
    private static let album = Palette(
        0xE9CFC3,
        [0x2F6F6B, 0xD8A129, 0xF3E6D6, 0xB9655A],
        accent: 0x23262C,
        ink: 0x23262C,
        light: 0xFAF1E6
    )
    private static let carnival = Palette(
        0xF7EFDF,
        [0x2347A6, 0xF4C31F, 0x1F8E6E, 0xF2A7B5],
        accent: 0xE3502F,
        ink: 0x1D1B20,
        light: 0xFFF9EC
    )
    private static let sweets = Palette(
        0xF6D9D3,
        [0xF2B632, 0x4FA3A5, 0xFDF3E4, 0xD94F70],
        accent: 0x2B3F8C,
        ink: 0x2A2230,
        light: 0xFFF8EE
    )
    private static let tea = Palette(0xE9E6DA, [0xB8C2A7, 0xD9BFA0, 0x8FA3A0, 0xF3EEE0], accent: 0x9C4A35, ink: 0x2C302C, light: 0xFAF7EC)
    private static let mist = Palette(0xE4E6E1, [0xA9BAC0, 0xD6CDBE, 0x71858C, 0xF2EFE7], accent: 0xC98A3C, ink: 0x2B3338, light: 0xF9F8F2)
    private static let night = Palette(
        0x1B2440,
        [0x35507F, 0x6C86A8, 0xDDD6C3, 0x0F1526],
        accent: 0xEBC55A,
        ink: 0x10131F,
        light: 0xF2ECDC
    )
    private static let mourning = Palette(
        0xDCD8D0,
        [0x6E6C68, 0xA8A49C, 0x33312F, 0xEFECE4],
        accent: 0x8E1F22,
        ink: 0x161514,
        light: 0xF6F3EB
    )
    private static let cellar = Palette(
        0x26221F,
        [0x5B5046, 0x8C7B66, 0xD9CBB0, 0x3B342E],
        accent: 0xC4472B,
        ink: 0x14110F,
        light: 0xEFE6D2
    )
    private static let alarm = Palette(
        0xF2E2C9,
        [0x1B1816, 0xEE8A2E, 0xE9B8A4, 0xF5C637],
        accent: 0xCE2A1E,
        ink: 0x171412,
        light: 0xFBF2E0
    )
    private static let poster = Palette(
        0xCF3A26,
        [0xF0DFC0, 0x1B1816, 0xE8A33A, 0x8E2318],
        accent: 0xF6EBD6,
        ink: 0x171412,
        light: 0xF8EFDC
    )
    private static let ice = Palette(0xEAEEF0, [0xBCD0DB, 0x5E7487, 0xF8FAFA, 0x22324C], accent: 0xCB3B33, ink: 0x1C2738, light: 0xFCFDFC)
    private static let fjord = Palette(
        0xC9D8DD,
        [0x2D4F6E, 0xF1F3EF, 0x7D9CA8, 0x152538],
        accent: 0xE8B23C,
        ink: 0x14202E,
        light: 0xFAFAF4
    )
    private static let harvest = Palette(
        0xF3E4C8,
        [0xD98E3B, 0x7C5A35, 0xE9C46A, 0x8A9A5B],
        accent: 0xB93B23,
        ink: 0x2A1D14,
        light: 0xFCF4E2
    )
    private static let apricot = Palette(
        0xF4D9B8,
        [0xC25B3F, 0xF7EFE0, 0x5D7B78, 0xE6A15C],
        accent: 0x7A2333,
        ink: 0x2B1A1A,
        light: 0xFDF5E8
    )
    private static let lilac = Palette(
        0xE3DCE8,
        [0x7A6BA6, 0xF0D78C, 0xB5A5CC, 0xF7F2EC],
        accent: 0xD8557A,
        ink: 0x28223A,
        light: 0xFCF9F6
    )
    private static let planet = Palette(
        0x2A2350,
        [0x6F5AA8, 0xE58FA8, 0x3E78A6, 0xE9DFC9],
        accent: 0xF2C14E,
        ink: 0x15112B,
        light: 0xF6EFE2
    )
    private static let steel = Palette(
        0xDFDED8,
        [0x8A9196, 0x3A4248, 0xF0B429, 0xC6C4BA],
        accent: 0xD2452B,
        ink: 0x17191B,
        light: 0xF5F4EE
    )
    private static let signal = Palette(
        0xF0C93A,
        [0x1A1A1A, 0xF7F1DE, 0x3C6E9E, 0xD98E2B],
        accent: 0xC8321F,
        ink: 0x161616,
        light: 0xFBF6E6
    )
    private static let meadow = Palette(
        0xECEBD4,
        [0x2F6140, 0xA9B552, 0xE3D5A3, 0x7A4B2A],
        accent: 0xD9482B,
        ink: 0x1D241C,
        light: 0xFAF8E8
    )

    private static let all = [merz, pebble, album, carnival, tea, alarm, harvest, steel, meadow, mist, sweets, apricot]
    private static let byMood: [Mood: [Palette]] = [
        .joy: [carnival, sweets, signal], .calm: [tea, mist, pebble, meadow], .dark: [night, mourning, cellar],
        .wild: [alarm, poster, merz], .cold: [ice, fjord, mist], .warm: [harvest, apricot, album],
        .dream: [lilac, planet, night], .machine: [steel, signal, merz],
    ]
}
