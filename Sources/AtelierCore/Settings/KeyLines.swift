/// Finds the line on which each key of a JSON document with comments stands; the decoder does not say.
///
/// It only counts braces, strings and line ends, and is used on documents that were decoded already.
struct KeyLines {
    private var lines: [[String]: Int] = [:]
    private var rest: ArraySlice<UInt8>
    private var line = 1

    /// Scans a document.
    init(of bytes: [UInt8]) {
        self.rest = bytes[...]
        self.scanValue(at: [])
    }

    /// The line of a key, its array indices written as numbers; 1 when it is not there.
    func line(of path: [String]) -> Int { self.lines[path] ?? 1 }

    private mutating func scanValue(at path: [String]) {
        self.skipSpace()
        switch self.rest.first {
        case UInt8(ascii: "{"): self.scanMembers(at: path)
        case UInt8(ascii: "["): self.scanItems(at: path)
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = self.scanString()
        default: self.rest = self.rest.drop { !",]}\n /".utf8.contains($0) }
        }
    }

    private mutating func scanMembers(at path: [String]) {
        self.rest.removeFirst()
        while true {
            self.skipSpace()
            guard let next = self.rest.first, next != UInt8(ascii: "}") else { break }
            let line = self.line
            let key = self.scanKey()
            self.lines[path + [key]] = line
            self.skipSpace()
            if self.rest.first == UInt8(ascii: ":") { self.rest.removeFirst() }
            let before = self.rest.count
            self.scanValue(at: path + [key])
            self.skipSpace()
            if self.rest.first == UInt8(ascii: ",") { self.rest.removeFirst() }
            guard self.rest.count < before else { return }
        }
        self.rest = self.rest.dropFirst()
    }

    private mutating func scanItems(at path: [String]) {
        self.rest.removeFirst()
        var index = 0
        while true {
            self.skipSpace()
            guard let next = self.rest.first, next != UInt8(ascii: "]") else { break }
            let before = self.rest.count
            self.scanValue(at: path + [String(index)])
            self.skipSpace()
            if self.rest.first == UInt8(ascii: ",") { self.rest.removeFirst() }
            guard self.rest.count < before else { return }
            index += 1
        }
        self.rest = self.rest.dropFirst()
    }

    private mutating func scanKey() -> String {
        if let first = self.rest.first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") { return self.scanString() }
        let name = self.rest.prefix { !": \t\n/".utf8.contains($0) }
        self.rest = self.rest.dropFirst(name.count)
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func scanString() -> String {
        let quote = self.rest.removeFirst()
        var text: [UInt8] = []
        while let byte = self.rest.popFirst(), byte != quote {
            if byte == UInt8(ascii: "\n") { self.line += 1 }
            text.append(byte)
            if byte == UInt8(ascii: "\\"), let escaped = self.rest.popFirst() {
                if escaped == UInt8(ascii: "\n") { self.line += 1 }
                text.append(escaped)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func skipSpace() {
        while let byte = self.rest.first {
            if byte == UInt8(ascii: "/") {
                self.skipComment()
            } else if byte <= 0x20 {
                if byte == UInt8(ascii: "\n") { self.line += 1 }
                self.rest.removeFirst()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() {
        self.rest.removeFirst()
        if self.rest.first == UInt8(ascii: "*") {
            while let byte = self.rest.popFirst(), !(byte == UInt8(ascii: "*") && self.rest.first == UInt8(ascii: "/")) {
                if byte == UInt8(ascii: "\n") { self.line += 1 }
            }
            self.rest = self.rest.dropFirst()
        } else {
            self.rest = self.rest.drop { $0 != UInt8(ascii: "\n") }
        }
    }
}
