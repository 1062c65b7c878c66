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
    /// Copies of sockets that the library has closed, and when each is given up.
    private let lingering = Mutex<[Int32: UInt64]>([:])
    /// How long, and for how many sockets, what a refused client still sends is read and forgotten: closing at once would reset the
    /// connection and destroy the answer before the client reads it.
    private static let lingerMilliseconds: UInt64 = 2000
    private static let lingersMost = 64

    init(traffic: Traffic) {
        self.traffic = traffic
        _ = chttp_watch_input(self.watch, self.event, Self.eventMark)
    }

    deinit {
        for fd in self.lingering.withLock({ $0.keys }) { close(fd) }
        close(self.watch)
        close(self.event)
    }

    func watch(_ connection: Connection) {
        _ = chttp_watch_hangup(self.watch, connection.fd, connection.id)
        // It may sleep because there was nothing to look after.
        if self.isAsleep.exchange(false, ordering: .sequentiallyConsistent) { chttp_event_kick(self.event) }
    }

    /// Keeps a copy of a socket that the library is about to close, until its client has read the answer.
    func linger(on fd: Int32) {
        self.lingering.withLock { lingering in
            guard lingering.count < Self.lingersMost else { return }
            let copy = fcntl(fd, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { return }
            guard chttp_watch_input(self.watch, copy, Self.lingerMark | UInt64(copy)) == 0 else {
                close(copy)
                return
            }
            lingering[copy] = Monotonic.now + Self.lingerMilliseconds
        }
    }

    /// Gives up the copies that `isOver` says.
    ///
    /// The library may still hold the socket itself, so the watch would go on under a number that is soon somebody else's: it is taken
    /// back before the copy is closed.
    private func endLingers(where isOver: (_ fd: Int32, _ deadline: UInt64) -> Bool) {
        self.lingering.withLock { lingering in
            for (fd, deadline) in lingering where isOver(fd, deadline) {
                lingering[fd] = nil
                chttp_watch_drop(self.watch, fd)
                close(fd)
            }
        }
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
            let isQuiet = self.traffic.isQuiet && self.lingering.withLock(\.isEmpty)
            if !isQuiet { self.isAsleep.store(false, ordering: .sequentiallyConsistent) }
            let count = chttp_watch_wait(self.watch, &marks, 64, isQuiet ? -1 : Int32(Self.intervalMilliseconds))
            for mark in marks.prefix(Int(count)) { self.look(at: mark) }
            let now = Monotonic.now
            guard now >= nextSweep else { continue }
            nextSweep = now + Self.intervalMilliseconds
            self.traffic.sweep(now: now)
            self.endLingers { _, deadline in deadline <= now }
        }
    }

    private func look(at mark: UInt64) {
        if mark == Self.eventMark {
            chttp_event_clear(self.event)
        } else if mark & Self.lingerMark != 0 {
            let fd = Int32(truncatingIfNeeded: mark)
            guard self.lingering.withLock({ $0[fd] != nil }) else { return }
            if chttp_discard(fd) == 0 { self.endLingers { other, _ in other == fd } }
        } else {
            self.traffic.hungUp(mark)
        }
    }
}
