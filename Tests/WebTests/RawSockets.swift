import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
    private let stream = Int32(SOCK_STREAM.rawValue)
    private let noSignal = Int32(MSG_NOSIGNAL)
#else
    private let stream = SOCK_STREAM
    private let noSignal: Int32 = 0
#endif

/// A connection at the level of bytes, for what a proper HTTP client would not do. Blocking work happens on threads of its own.
struct RawSocket: Sendable {
    let descriptor: Int32

    /// Connects to a port on this machine.
    /// - Parameter window: how many bytes it takes that nobody reads; nil for as many as the system likes.
    static func connect(_ port: Int, window: Int32? = nil) async throws -> RawSocket {
        try await offload {
            let descriptor = socket(AF_INET, stream, 0)
            if var window { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size)) }
            var address = loopback(port)
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else {
                close(descriptor)
                throw SocketFailure()
            }
            var patience = timeval(tv_sec: 10, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            return RawSocket(descriptor: descriptor)
        }
    }

    /// Sends text; false once the other side has closed.
    @discardableResult
    func send(_ text: String) async -> Bool { await send(bytes: Array(text.utf8)) }

    /// Sends bytes; false once the other side has closed.
    @discardableResult
    func send(bytes: [UInt8]) async -> Bool {
        await offload { Foundation.send(descriptor, bytes, bytes.count, noSignal) == bytes.count }
    }

    /// Everything that comes until the other side closes; nil when it does not close within ten seconds.
    func readToEnd() async -> String? {
        await offload {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count < 0, errno == EAGAIN { return nil }
                guard count > 0 else { return String(decoding: all, as: UTF8.self) }
                all.append(contentsOf: buffer[..<count])
            }
        }
    }

    /// What comes until it ends with `marker`, or the other side closes.
    func read(until marker: String) async -> String {
        await offload {
            var all: [UInt8] = []
            var byte = [UInt8](repeating: 0, count: 1)
            while recv(descriptor, &byte, 1, 0) == 1 {
                all.append(byte[0])
                if all.suffix(marker.utf8.count).elementsEqual(marker.utf8) { break }
            }
            return String(decoding: all, as: UTF8.self)
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes the connection.
    func end() { close(descriptor) }

    /// Breaks the connection off, as where the machine at this end is gone.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }
}

struct SocketFailure: Error {}

/// A listener that does with each connection what a test says.
final class RawServer: Sendable {
    let port: Int
    private let listener: Int32
    private let accepted = Mutex(0)

    /// How many connections have come.
    var connections: Int { accepted.withLock { $0 } }

    init(_ serve: @escaping @Sendable (RawSocket) async -> Void) throws {
        let descriptor = socket(AF_INET, stream, 0)
        var address = loopback(0)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard bound == 0, listen(descriptor, 64) == 0 else { throw SocketFailure() }
        var length = size
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        listener = descriptor
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                self?.accepted.withLock { $0 += 1 }
                Task {
                    await serve(RawSocket(descriptor: connection))
                    close(connection)
                }
            }
        }
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}

private func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr = in_addr(s_addr: inet_addr("127.0.0.1"))
    return address
}

private func offload<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
}

private func offload<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: work()) }
    }
}
