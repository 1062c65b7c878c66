/// A connection of the library's.
///
/// Valid until the library's thread has seen it resumed; whoever holds one does so under the lock of the exchange or the stream that
/// suspended it, and forgets it in the same moment as it resumes it.
struct LibraryConnection: @unchecked Sendable {  // tidy: off its own thread it is only resumed, which the library allows
    let pointer: OpaquePointer
}

/// A daemon of the library's; only `HTTPServer.run()` holds one.
struct LibraryDaemon: @unchecked Sendable {  // tidy: quiesce and stop are called by one task, one after the other
    let pointer: OpaquePointer
}
