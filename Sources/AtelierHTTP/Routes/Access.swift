import AtelierCore

/// Who a request comes from, and what they may see.
struct Caller: Sendable {
    /// The owner that their runs get.
    var owner: String
    /// The owner whose runs they may see; nil: everybody's.
    var sees: String?
}

/// Decides who a request comes from (docs/contract.md, section 4, "Access").
///
/// This version has no tokens: it serves the person at this machine and nobody else. A peer on loopback alone proves nothing, because a
/// proxy or a page in the browser could stand behind it; hence `Host`, forwarding headers and `Origin` are looked at too.
struct Access: Sendable {
    private let server: ServerSettings
    private static let forwarding = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"]

    init(_ server: ServerSettings) { self.server = server }

    /// Lets the person at this machine in.
    ///
    /// - Throws: ``Failure`` with `unauthenticated` or `forbidden`.
    func check(_ request: HTTPRequest) throws -> Caller {
        if request.peer != .unix { try self.checkLoopback(request) }
        if !["GET", "HEAD"].contains(request.method) { try self.checkOrigin(request) }
        return Caller(owner: "local", sees: nil)
    }

    private func checkLoopback(_ request: HTTPRequest) throws {
        let isForwarded = request.headers.all.contains { field in
            Self.forwarding.contains { $0.lowercased() == field.name.lowercased() } || field.name.lowercased().hasPrefix("cf-")
        }
        guard request.peer.isLocal, Self.isLoopbackName(request.headers["Host"] ?? ""), !isForwarded, self.server.publicURL == nil else {
            throw Failure(
                .unauthenticated,
                "Atelier answers only to this machine.",
                hint: "Open http://127.0.0.1:\(self.server.port) on the machine itself."
            )
        }
    }

    /// A page of another site must not be able to make anything here.
    private func checkOrigin(_ request: HTTPRequest) throws {
        let origin = request.headers["Origin"].map { $0.drop { $0 != "/" }.drop { $0 == "/" } }
        let isForeign = origin.map { !Self.isLoopbackName(String($0)) || $0 != request.headers["Host"] ?? "" } ?? false
        let site = request.headers["Sec-Fetch-Site"] ?? "none"
        guard !isForeign, ["none", "same-origin"].contains(site) else {
            throw Failure(.forbidden, "A page of another site may not do this.", hint: "Use Atelier's own address.")
        }
    }

    private static func isLoopbackName(_ host: String) -> Bool {
        let name: Substring
        if host.hasPrefix("[") {
            name = host.prefix { $0 != "]" }.dropFirst()
        } else {
            name = host.prefix { $0 != ":" }
        }
        let bytes = name.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = bytes.count == 4 && bytes.first == "127" && bytes.allSatisfy { UInt8($0) != nil }
        return isIPv4 || name == "::1" || name.lowercased() == "localhost"
    }
}
