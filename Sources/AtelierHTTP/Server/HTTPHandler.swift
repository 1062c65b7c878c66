/// What answers requests: the routes.
package protocol HTTPHandler: Sendable {
    /// The most bytes a body may have; a longer one is answered 413.
    ///
    /// Asked once the headers are there and before the body is read.
    /// Called on the library's thread: must only look at its arguments.
    ///
    /// - Parameters:
    ///   - method: As sent.
    ///   - path: Decoded, as in ``HTTPRequest/path``.
    /// - Returns: A number of bytes; 0 for routes that take no body.
    func bodyLimit(method: String, path: String) -> Int

    /// Answers a request; any number of calls run at the same time.
    ///
    /// Its task is cancelled when the client hangs up (also when it only closes its sending side) and at shutdown; the answer is then
    /// sent if it still can be.
    func handle(_ request: HTTPRequest) async -> HTTPResponse
}
