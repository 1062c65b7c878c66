import CHTTP
import Dispatch
import Glibc
import Synchronization

/// Looks at what the library does not: who hangs up while suspended, and what is late.
///
/// One thread of its own that sleeps while no connection is open. Each connection costs one registration and no work per request.
final class Watcher: Sendable {
    private static let intervalMilliseconds: UInt64 = 250
    private static let eventMark: UInt64 = 0
    /// Marks lingering descriptors; connections are counted from 1 and never get here.
    private static let lingerMark: UInt64 = 1 << 63

    private let traffic: Traffic
    private let watch = chttp_watch_make()
    private let event = chttp_event_make()
    private let isStopping = Atomic(false)

    init(traffic: Traffic) {
        self.traffic = traffic
        _ = chttp_watch_input(self.watch, self.event, Self.eventMark)
    }

    deinit {
        close(self.watch)
        close(self.event)
    }

    func watch(_ connection: Connection) {
        _ = chttp_watch_hangup(self.watch, connection.fd, connection.id)
        // It may sleep because there was nothing to look after.
        if self.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { chttp_event_kick(self.event) }
    }

    func linger(_ fd: Int32) {
        if chttp_watch_input(self.watch, fd, Self.lingerMark | UInt64(fd)) != 0 { self.traffic.lingerEnded(fd) }
    }

    private let isAsleep = Atomic(false)

    /// Runs until ``stop()``.
    func run() async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "atelier.http.watcher").async {
                self.loop()
                continuation.resume()
            }
        }
    }

    func stop() {
        self.isStopping.store(true, ordering: .sequentiallyConsistent)
        chttp_event_kick(self.event)
    }

    /// Wakes it, because shutdown waits for a time.
    func wake() { chttp_event_kick(self.event) }

    private func loop() {
        var marks = [UInt64](repeating: 0, count: 64)
        var nextSweep: UInt64 = 0
        while !self.isStopping.load(ordering: .sequentiallyConsistent) {
            // Said before looking, so that a connection that opens in between either is seen or kicks.
            self.isAsleep.store(true, ordering: .sequentiallyConsistent)
            let isQuiet = self.traffic.isQuiet
            if !isQuiet { self.isAsleep.store(false, ordering: .sequentiallyConsistent) }
            let count = chttp_watch_wait(self.watch, &marks, 64, isQuiet ? -1 : Int32(Self.intervalMilliseconds))
            for mark in marks.prefix(Int(count)) { self.look(at: mark) }
            let now = Monotonic.now
            guard now >= nextSweep else { continue }
            nextSweep = now + Self.intervalMilliseconds
            self.traffic.sweep(now: now)
        }
    }

    private func look(at mark: UInt64) {
        if mark == Self.eventMark {
            chttp_event_clear(self.event)
        } else if mark & Self.lingerMark != 0 {
            let fd = Int32(truncatingIfNeeded: mark)
            if chttp_discard(fd) == 0 { self.traffic.lingerEnded(fd) }
        } else {
            self.traffic.hungUp(mark)
        }
    }
}
