import CHTTP
import Synchronization

/// One accepted socket, from the library's first word about it to its last.
///
/// The library's thread drives it; the watcher may read its deadline and tell it that the peer hung up.
final class Connection: Sendable {
    struct State {
        /// When the socket is shut down unless the request has got further by then; `UInt64.max`: never.
        private(set) var deadline: UInt64
        /// The target of the request whose headers are being read.
        var target: [UInt8] = []
        /// Where the target ended in the library's buffer: shows a NUL that C strings hide.
        var targetEnd: UInt = 0
        var exchange: Exchange?
        /// The client may still be sending: see ``Traffic/linger(_:)``.
        var lingers = false
        /// The peer closed its side; said once by the watcher, perhaps before there is a request to tell.
        private(set) var hasHungUp = false

        init(deadline: UInt64) {
            self.deadline = deadline
        }

        /// Sets the deadline; a client that has hung up gets no longer than it takes to read what it sent before.
        mutating func setDeadline(_ deadline: UInt64) {
            self.deadline = self.hasHungUp && deadline != .max ? min(deadline, Monotonic.now + Self.restMilliseconds) : deadline
        }

        /// Notes that the client hung up.
        ///
        /// The library may miss it (0.9.75 does when the end comes together with the last bytes) and would keep half a request until
        /// its time is up. One that was reset instead cannot be shut down any more and stays until the library's idle time-out.
        mutating func hangUp() {
            self.hasHungUp = true
            self.setDeadline(self.deadline)
        }

        private static let restMilliseconds: UInt64 = 1000
    }

    let id: UInt64
    let fd: Int32
    let peer: Peer
    /// What the limit per address counts by; `nil` for peers of this machine, who are not counted.
    let countedAs: [UInt8]?
    private let state: Mutex<State>

    init(id: UInt64, fd: Int32, address: PeerAddress, deadline: UInt64) {
        self.id = id
        self.fd = fd
        self.peer = address.peer
        self.countedAs = address.countedAs
        self.state = Mutex(State(deadline: deadline))
    }

    func withState<Result: Sendable>(_ body: (inout sending State) -> sending Result) -> Result {
        self.state.withLock(body)
    }

    var hasHungUp: Bool { self.state.withLock(\.hasHungUp) }
}

/// Where a connection comes from.
struct PeerAddress: Sendable {
    let peer: Peer
    let countedAs: [UInt8]?

    init(_ address: UnsafePointer<sockaddr>?) {
        var text = [CChar](repeating: 0, count: 46)
        var bytes = [UInt8](repeating: 0, count: 16)
        let kind = chttp_address(address, &text, &bytes)
        guard kind == 4 || kind == 6 else {
            (self.peer, self.countedAs) = (.unix, nil)
            return
        }
        let isLoopback = kind == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
        let spelled = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.peer = .inet(address: spelled, isLoopback: isLoopback)
        // A household has a whole /64 of IPv6: counting single addresses would count nothing.
        self.countedAs = isLoopback ? nil : Array(bytes.prefix(kind == 4 ? 4 : 8))
    }
}
