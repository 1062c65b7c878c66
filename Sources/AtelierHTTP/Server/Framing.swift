import AtelierCore

/// Where a request's body ends, and which host it means: what the library lets pass although two readers could understand it in two ways.
///
/// <https://www.rfc-editor.org/rfc/rfc9112#section-6.3>
enum Framing {
    /// A request that is refused before its body is read.
    struct Refusal: Error {
        let status: Int
        let failure: Failure

        init(_ status: Int, _ message: String) {
            self.status = status
            self.failure = Failure(.invalidRequest, message)
        }
    }

    /// Judges the head of a request.
    static func check(method: String, version: String, headers: HTTPFields) throws(Refusal) {
        guard Self.isToken(method), headers.all.allSatisfy({ Self.isToken($0.name) }) else {
            throw Refusal(400, "The method or a field's name is not one.")
        }
        guard headers.values("Host").count <= 1 else { throw Refusal(400, "The request names more than one host.") }
        let lengths = headers.values("Content-Length")
        let codings = headers.values("Transfer-Encoding")
        guard lengths.count <= 1 else { throw Refusal(400, "The request has more than one Content-Length.") }
        guard lengths.isEmpty || codings.isEmpty else { throw Refusal(400, "The request has both Content-Length and Transfer-Encoding.") }
        if let coding = codings.first {
            guard version != "HTTP/1.0" else { throw Refusal(400, "HTTP/1.0 knows no Transfer-Encoding.") }
            guard codings.count == 1, HTTPFields.isSame(coding, "chunked") else {
                throw Refusal(501, "Only the transfer encoding 'chunked' is understood.")
            }
        }
    }

    /// Whether the client is going to send a body.
    static func hasBody(_ headers: HTTPFields) -> Bool {
        headers.contains("Transfer-Encoding") || headers.values("Content-Length").contains { $0 != "0" }
    }

    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
