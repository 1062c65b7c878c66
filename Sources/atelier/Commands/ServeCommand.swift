import AtelierCore
import AtelierEngine
import AtelierHTTP
import CPosix
import Dispatch
import Glibc
import Synchronization

/// `atelier serve`: server and workers until SIGTERM or SIGINT, which drain.
enum ServeCommand: Command {
    static let name = "serve"
    static let usage = "atelier serve [--host 127.0.0.1] [--port 17801] [--data DIR] [--settings FILE] [--schemas DIR]"
    static let summary = "Serves runs over HTTP and works on them."
    static let options = [
        Option(name: "host", value: "ADDRESS", help: "where to listen (default 127.0.0.1)"),
        Option(name: "port", value: "N", help: "the port (default 17801; 0 takes a free one)"),
    ]
    static let flags = [(option: "host", path: "server.host"), (option: "port", path: "server.port")]

    static func run(_ arguments: Arguments, _ terminal: Terminal) async throws -> Int32 {
        try arguments.expect(0, Self.usage)
        guard Signals.arrivals >= 0 else { throw Failure(.internalError, "Signals cannot be caught: errno \(-Signals.arrivals).") }
        let composition = try Composition(arguments, flags: Self.flags)
        let server = composition.settings.server
        guard ["127.0.0.1", "::1", "localhost"].contains(server.host) else {
            throw Failure(
                .refusedStart,
                "Listening on '\(server.host)' needs a token, and this version has none.",
                hint: "Listen on 127.0.0.1, with a reverse proxy on the same machine if others shall reach it."
            )
        }
        // The port first: a taken one must not leave a data directory behind.
        let listener = try Listener.tcp(host: server.host, port: UInt16(server.port))
        let hold = try composition.data.hold(as: Self.name, address: listener.name)
        defer { hold.release() }
        let socket = try Listener.unix(path: composition.data.socket)
        let log = JSONLog(least: .info)
        let atelier = try await composition.open(log: log)
        try await atelier.recover()
        let isStopping = Atomic(false)
        let site = Site(runs: atelier.runs, server: server) { !isStopping.load(ordering: .acquiring) }
        let http = HTTPServer(listeners: [listener, socket], handler: Router(site), limits: composition.settings.limits) { log.info($0) }
        terminal.line("Atelier listens on http://\(listener.name) and keeps its data in \(composition.data.path)")
        try await Self.serve(http, atelier.worker, composition.settings.limits) { isStopping.store(true, ordering: .releasing) }
        try await atelier.close()
        terminal.line("Atelier has stopped.")
        return 0
    }

    /// Runs server and worker until a signal asks to stop; then the worker gets its time to finish, and the server stops last.
    private static func serve(
        _ http: HTTPServer,
        _ worker: Worker,
        _ limits: Limits,
        onStop: @escaping @Sendable () -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await http.run() }
            group.addTask {
                try await withThrowingTaskGroup(of: Bool.self) { inner in
                    inner.addTask {
                        try await worker.run()
                        return true
                    }
                    inner.addTask {
                        await Signals.untilAsked()
                        onStop()
                        worker.drain()
                        try await SystemTime().sleep(for: .seconds(limits.drainSeconds))
                        return false
                    }
                    // The first to end is the drained worker, or its time, which cancels it.
                    _ = try await inner.next()
                    inner.cancelAll()
                }
                throw CancellationError()
            }
            do {
                try await group.next()
            } catch is CancellationError {
                group.cancelAll()
            }
            try? await group.waitForAll()  // tidy: cancellation is how the rest of the group ends
        }
    }
}

/// Asks from outside to stop.
enum Signals {
    /// Where they arrive, from the first use on; the first thing that `serve` does, so that none comes too early.
    static let arrivals = posix_catch_stop()

    /// Returns at the first SIGTERM or SIGINT, also when it came before the call.
    static func untilAsked() async {
        let asked = AsyncStream<Void>.makeStream()
        let source = DispatchSource.makeReadSource(fileDescriptor: Self.arrivals, queue: .global())
        source.setEventHandler { asked.continuation.yield() }
        source.resume()
        for await _ in asked.stream { break }
        source.cancel()
    }
}
