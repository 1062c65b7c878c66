package import AtelierCore
import CHTTP
import Dispatch
import Glibc

/// The HTTP server: libmicrohttpd for the wire, one Swift task per request for the answer.
///
/// Handlers never block the library's threads: a connection is suspended while its handler works and resumed with the answer.
package final class HTTPServer: Service {
    /// Takes a sentence for the log; may be called from any thread.
    package typealias Log = @Sendable (String) -> Void

    /// How long cancelled handlers and the last bytes of streams get before they are given up.
    private static let lastMilliseconds: UInt64 = 2000

    private let listeners: [Listener]
    private let handler: any HTTPHandler
    private let traffic: Traffic
    private let log: Log

    /// A server on sockets that listen already: whoever connects before ``run()`` waits in their queue.
    ///
    /// - Parameters:
    ///   - listeners: Where it listens; the server owns them from now on.
    ///   - handler: What answers.
    ///   - limits: The bounds of connections and requests.
    ///   - log: Where sentences for the log go.
    package init(listeners: [Listener], handler: any HTTPHandler, limits: Limits, log: @escaping Log) {
        self.listeners = listeners
        self.handler = handler
        self.traffic = Traffic(limits: limits)
        self.log = log
    }

    /// Serves until cancelled, then stops in good order; call it once.
    ///
    /// The order: accept nobody, let handlers end (`drainSeconds`), cancel those that go on, end the streams, close.
    /// Requests that come while it stops are answered 503.
    ///
    /// - Throws: ``Failure`` with `refused_start` when the library cannot start.
    package func run() async throws {
        // A write to a client that is gone must be an error of that client's, not the end of the process.
        chttp_ignore_sigpipe()
        let watcher = Watcher(traffic: self.traffic)
        let bridge = Bridge(traffic: self.traffic, watcher: watcher, handler: self.handler, log: self.log)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await watcher.run() }
            do {
                let daemons = try self.start(bridge)
                await Self.untilCancelled()
                await self.stop(daemons, watcher: watcher)
            } catch {
                watcher.stop()
                throw error
            }
            watcher.stop()
        }
        withExtendedLifetime(bridge) {}
    }

    private func start(_ bridge: Bridge) throws -> [LibraryDaemon] {
        let context = Unmanaged.passUnretained(bridge).toOpaque()
        var daemons: [LibraryDaemon] = []
        for listener in self.listeners {
            var settings = Callbacks.settings(listener, self.traffic.limits, context: context)
            guard let daemon = chttp_start(&settings) else {
                let cause = Errno(errno)
                for started in daemons { chttp_stop(started.pointer) }
                throw Failure(.refusedStart, "The HTTP server cannot start on \(listener.name).", cause: cause)
            }
            daemons.append(LibraryDaemon(pointer: daemon))
        }
        return daemons
    }

    private static func untilCancelled() async {
        let (never, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}
    }

    /// The order matters: the library aborts the process if it is stopped while a connection is suspended.
    private func stop(_ daemons: [LibraryDaemon], watcher: Watcher) async {
        self.traffic.stopAccepting()
        for daemon in daemons { chttp_quiesce(daemon.pointer) }
        for listener in self.listeners { listener.stop() }
        await self.wait(for: .handlers, milliseconds: UInt64(self.traffic.limits.drainSeconds) * 1000, watcher)
        self.traffic.cancelHandlers()
        await self.wait(for: .handlers, milliseconds: Self.lastMilliseconds, watcher)
        let left = self.traffic.end()
        if left > 0 { self.log("\(left) requests were given up because their handlers did not end.") }
        await self.wait(for: .exchanges, milliseconds: Self.lastMilliseconds, watcher)
        await withCheckedContinuation { continuation in
            // It waits for the library's threads, which a task must not.
            DispatchQueue(label: "atelier.http.stop").async {
                for daemon in daemons { chttp_stop(daemon.pointer) }
                continuation.resume()
            }
        }
    }

    private func wait(for quiet: Traffic.Quiet, milliseconds: UInt64, _ watcher: Watcher) async {
        let deadline = Monotonic.now + milliseconds
        watcher.wake()
        await self.traffic.wait(for: quiet, until: deadline)
    }
}
