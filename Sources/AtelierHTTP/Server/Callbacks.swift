import AtelierCore
import CHTTP

/// The C side of a ``Bridge``: finds the objects behind the pointers.
///
/// Free of actors, because the library calls on its own threads.
enum Callbacks {
    /// Settings for one listening socket; `context` must hold the bridge for as long as the daemon lives.
    static func settings(_ listener: Listener, _ limits: Limits, context: UnsafeMutableRawPointer) -> chttp_settings {
        chttp_settings(
            listen_fd: listener.fd,
            threads: 2,
            // Ours counts all listeners together; the library's own would be split between its threads and hold clients in the queue.
            connections: UInt32(limits.connections) * 2 + 16,
            idle_seconds: UInt32(limits.idleSeconds),
            connection_memory: limits.connectionMemoryBytes,
            context: context,
            accept: Self.accept,
            notify: Self.notify,
            target: Self.target,
            access: Self.access,
            completed: Self.completed,
            log: Self.log
        )
    }

    private static func bridge(_ context: UnsafeMutableRawPointer?) -> Bridge? {
        context.map { Unmanaged<Bridge>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func connection(_ pointer: OpaquePointer) -> Connection? {
        chttp_context(pointer).map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let accept: MHD_AcceptPolicyCallback = { context, address, _ in
        Callbacks.bridge(context)?.traffic.admits(PeerAddress(address)) == true ? .YES : .NO
    }

    private static let notify: MHD_NotifyConnectionCallback = { context, pointer, socket, event in
        guard let bridge = Callbacks.bridge(context), let pointer, let socket else { return }
        switch event {
        case .CONNECTION_NOTIFY_STARTED:
            socket.pointee = Unmanaged.passRetained(bridge.opened(pointer)).toOpaque()
        default:
            guard let connection = socket.pointee else { return }
            socket.pointee = nil
            bridge.closed(Unmanaged<Connection>.fromOpaque(connection).takeRetainedValue())
        }
    }

    private static let target:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?) -> UnsafeMutableRawPointer? = {
            context,
            target,
            pointer in
            if let bridge = Callbacks.bridge(context), let target, let pointer, let connection = Callbacks.connection(pointer) {
                bridge.began(connection, target: target)
            }
            return nil
        }

    private static let access: MHD_AccessHandlerCallback = { context, pointer, _, method, version, bytes, count, slot in
        guard let bridge = Callbacks.bridge(context), let pointer, let connection = Callbacks.connection(pointer), let method, let version,
            let count, let slot
        else { return .NO }
        guard let known = slot.pointee else {
            let (exchange, goesOn) = bridge.head(pointer, connection, method: String(cString: method), version: version)
            slot.pointee = exchange.map { Unmanaged.passRetained($0).toOpaque() }
            return goesOn ? .YES : .NO
        }
        let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
        guard count.pointee > 0 else { return bridge.proceed(pointer, exchange) ? .YES : .NO }
        let isTaken = bridge.body(exchange, UnsafeRawBufferPointer(start: bytes, count: count.pointee))
        count.pointee = 0
        return isTaken ? .YES : .NO
    }

    private static let completed: MHD_RequestCompletedCallback = { context, pointer, slot, _ in
        guard let bridge = Callbacks.bridge(context), let pointer, let connection = Callbacks.connection(pointer) else { return }
        let exchange = slot?.pointee.map { Unmanaged<Exchange>.fromOpaque($0).takeRetainedValue() }
        slot?.pointee = nil
        bridge.completed(connection, exchange)
    }

    private static let log: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?) -> Void = { context, sentence in
        guard let sentence else { return }
        let text = String(cString: sentence)
        Callbacks.bridge(context)?.log("libmicrohttpd: \(text.split(separator: "\n").joined(separator: " "))")
    }
}
