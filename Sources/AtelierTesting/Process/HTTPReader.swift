/// Reads one answer out of a socket.
struct HTTPReader {
    private let socket: Socket
    private var bytes: [UInt8] = []

    init(_ socket: Socket) { self.socket = socket }

    mutating func answer(isHead: Bool, until enough: ([UInt8]) -> Bool) throws -> HTTPAnswer {
        var answer = try self.head()
        if isHead || answer.status == 304 || answer.status == 204 { return answer }
        if answer["Transfer-Encoding"]?.lowercased() == "chunked" {
            while let chunk = try self.chunk() {
                answer.body += chunk
                if enough(answer.body) { return answer }
            }
            return answer
        }
        let length = answer["Content-Length"].flatMap { Int($0) }
        while length.map({ self.bytes.count < $0 }) ?? true, try self.more() { if enough(self.bytes) { break } }
        if let length, self.bytes.count < length { throw HarnessProblem("The body broke off at \(self.bytes.count) of \(length) bytes") }
        answer.body = length.map { Array(self.bytes.prefix($0)) } ?? self.bytes
        return answer
    }

    private mutating func more() throws -> Bool {
        let piece = try self.socket.receive()
        self.bytes += piece
        return !piece.isEmpty
    }

    private mutating func through(_ ending: String) throws -> [UInt8] {
        let ending = Array(ending.utf8)
        while true {
            if let found = self.bytes.firstRange(of: ending) {
                defer { self.bytes.removeSubrange(..<found.upperBound) }
                return Array(self.bytes[..<found.lowerBound])
            }
            guard try self.more() else { throw HarnessProblem("The connection was closed without a whole answer") }
        }
    }

    private mutating func head() throws -> HTTPAnswer {
        let lines = String(decoding: try self.through("\r\n\r\n"), as: UTF8.self).replacing("\r\n", with: "\n").split(separator: "\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw HarnessProblem("This is no answer: \(lines.first ?? "")")
        }
        let headers = lines.dropFirst().map { line in
            let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(halves[0]), value: halves.count > 1 ? String(halves[1].drop { $0 == " " }) : "")
        }
        return HTTPAnswer(status: status, headers: headers, body: [])
    }

    /// The next chunk; nil after the last.
    private mutating func chunk() throws -> [UInt8]? {
        let line = String(decoding: try self.through("\r\n"), as: UTF8.self)
        guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { throw HarnessProblem("This is no chunk: \(line)") }
        while self.bytes.count < size + 2 { guard try self.more() else { throw HarnessProblem("A chunk broke off") } }
        defer { self.bytes.removeFirst(size + 2) }
        return size == 0 ? nil : Array(self.bytes[..<size])
    }
}
