import AtelierCore

/// One option of a command.
struct Option: Sendable {
    var name: String
    /// What stands for the value in the help; nil for a switch.
    var value: String?
    var help: String
}

/// The words of one call, checked against what the command takes.
struct Arguments: Sendable {
    private(set) var words: [String] = []
    private var values: [String: [String]] = [:]

    /// Reads the words after the command's name.
    ///
    /// `--name value` and `--name=value` are one; `--` ends the options.
    ///
    /// - Throws: ``Failure`` with `unknown_option` that names the nearest one, or `invalid_request` for a missing value.
    init(_ given: [String], options: [Option]) throws {
        var rest = given[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word != "--" else {
                if word == "--" {
                    self.words += rest
                    break
                }
                guard !word.hasPrefix("-") || word == "-" else { throw Self.unknown(word, options) }
                self.words.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = options.first(where: { $0.name == parts[0] }) else { throw Self.unknown(word, options) }
            try self.take(option, inline: parts.count > 1 ? parts[1] : nil, from: &rest)
        }
    }

    private mutating func take(_ option: Option, inline: String?, from rest: inout ArraySlice<String>) throws {
        switch (option.value, inline) {
        case (nil, nil): self.values[option.name, default: []].append("")
        case (nil, _): throw Failure(.invalidRequest, "The option --\(option.name) takes no value.")
        case (_, let value?): self.values[option.name, default: []].append(value)
        case (let what?, nil):
            guard let value = rest.popFirst() else { throw Failure(.invalidRequest, "The option --\(option.name) needs a value: \(what).") }
            self.values[option.name, default: []].append(value)
        }
    }

    private static func unknown(_ word: String, _ options: [Option]) -> Failure {
        let name = word.split(separator: "=").first.map(String.init) ?? word
        return Failure.unknown(.unknownOption, thing: "option", name: name, known: options.map { "--\($0.name)" })
    }

    /// Whether a switch or an option was given.
    func has(_ name: String) -> Bool { self.values[name] != nil }

    /// The last value of an option.
    func value(_ name: String) -> String? { self.values[name]?.last }

    /// Every value of an option that may be repeated.
    func all(_ name: String) -> [String] { self.values[name] ?? [] }

    /// A whole number.
    ///
    /// - Throws: ``Failure`` with `invalid_request`.
    func number<Number: FixedWidthInteger>(_ name: String, as type: Number.Type) throws -> Number? {
        guard let text = self.value(name) else { return nil }
        guard let number = Number(text) else {
            throw Failure(
                .invalidRequest,
                "--\(name) must be a whole number from \(max(0, Number.min)) to \(Number.max), not '\(text.prefix(40))'."
            )
        }
        return number
    }

    /// Checks how many words there are.
    ///
    /// - Throws: ``Failure`` with `invalid_request`.
    func expect(_ count: Int, _ usage: String) throws {
        guard self.words.count == count else {
            throw Failure(
                .invalidRequest,
                "This takes \(count == 0 ? "no" : String(count)) word\(count == 1 ? "" : "s"), not \(self.words.count).",
                hint: "Usage: \(usage)"
            )
        }
    }
}
