/// Something that runs for as long as the server does.
///
/// The composition root runs all services in one task group: list order is start order. Cancelling the task that runs it asks a service
/// to stop; `run()` returns when it has stopped in good order.
package protocol Service: Sendable {
    /// Runs until cancelled.
    ///
    /// - Throws: ``Failure`` when it cannot go on; the server then stops as a whole.
    func run() async throws
}
