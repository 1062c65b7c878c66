import AtelierCore
import FoundationEssentials
import Glibc

/// The machine's clocks.
struct SystemTime: TimeSource {
    /// Stands still while the machine sleeps: a laptop that is closed for an hour loses no lease.
    private let clock = SuspendingClock()
    private static let start = SuspendingClock.now

    var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    var uptime: Duration { Self.start.duration(to: self.clock.now) }
    func sleep(for duration: Duration) async throws { try await self.clock.sleep(for: duration) }
}

/// The kernel's chance.
struct SystemChance: Chance {
    func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

/// JSON lines on standard error.
struct JSONLog: Log {
    private let time = SystemTime()
    let least: LogLevel

    func write(_ level: LogLevel, _ message: String, _ fields: [String: JSON]) {
        guard level >= self.least else { return }
        var line = fields
        line["time"] = .string(self.time.now.description)
        line["level"] = .string(level.rawValue)
        line["message"] = .string(message)
        let bytes = JSON.object(line).canonical + [UInt8(ascii: "\n")]
        // One write a line, so that lines of several threads do not mix.
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
