/// A text in German and English, as configs and pages hold it.
package struct LocalizedText: Sendable, Hashable, Codable {
    /// English.
    package var en: String
    /// German.
    package var de: String

    /// Pairs the two.
    package init(en: String, de: String) {
        self.en = en
        self.de = de
    }

    /// Takes `{"en": …, "de": …}` or one text for both; a missing language borrows the other one.
    package init(from decoder: any Decoder) throws {
        let json = try JSON(from: decoder)
        let both = json.string
        guard let any = both ?? json["en"]?.string ?? json["de"]?.string else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "a text, or {en, de}"))
        }
        self.init(en: json["en"]?.string ?? any, de: json["de"]?.string ?? any)
    }

    /// The text in a language; English unless German is asked for.
    package func text(in language: String?) -> String { language?.hasPrefix("de") == true ? self.de : self.en }
}
