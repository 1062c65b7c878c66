import Glibc

/// Why a message did not come through.
enum PipeTrouble: Error, Sendable, Hashable {
    /// The other side is gone.
    case closed
    /// The deadline passed.
    case late
    /// The other side sent something that is no message.
    case garbled
}

/// Moves whole messages over a socket; blocks its thread, so it never runs on Swift's own.
struct Pipe: Sendable {
    let descriptor: Int32

    /// Seconds of a clock that nobody sets.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Sends a message.
    func send(_ frame: Frame, deadline: Double? = nil) throws(PipeTrouble) {
        for part in [frame.prefix, frame.header, frame.payload] where !part.isEmpty {
            var sent = 0
            while sent < part.count {
                try self.wait(for: POLLOUT, deadline)
                let count = part.withUnsafeBytes { bytes in
                    Glibc.send(self.descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Self.flags)
                }
                if count > 0 { sent += count } else if !Self.isPassing { throw .closed }
            }
        }
    }

    /// Receives a message.
    func receive(deadline: Double? = nil) throws(PipeTrouble) -> Frame {
        let prefix = try self.receive(count: Frame.prefixBytes, deadline)
        guard let lengths = Frame.lengths(prefix) else { throw .garbled }
        let header = try self.receive(count: lengths.header, deadline)
        return Frame(header: header, payload: try self.receive(count: lengths.payload, deadline))
    }

    private static let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)

    private static var isPassing: Bool { errno == EINTR || errno == EAGAIN }

    private func receive(count: Int, _ deadline: Double?) throws(PipeTrouble) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            try self.wait(for: POLLIN, deadline)
            let got = result.withUnsafeMutableBytes { bytes in
                recv(self.descriptor, bytes.baseAddress.map { $0 + filled }, count - filled, Self.flags)
            }
            if got > 0 { filled += got } else if got == 0 || !Self.isPassing { throw .closed }
        }
        return result
    }

    private func wait(for event: Int32, _ deadline: Double?) throws(PipeTrouble) {
        while true {
            let left = deadline.map { Int32(max(0, min(($0 - Self.now) * 1000, 1e9)).rounded(.up)) } ?? -1
            var entry = pollfd(fd: self.descriptor, events: Int16(event), revents: 0)
            let ready = poll(&entry, 1, left)
            if ready > 0 { return }
            if ready == 0 { throw .late }
            if errno != EINTR { throw .closed }
        }
    }
}
