import Foundation

/// A connection that sends one request after the other and waits for each answer, as cheaply as it can be done: what sends the load must not be what is
/// measured.
struct KeptConnection: ~Copyable {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// Connects to a port of this machine.
    /// - Throws: ``BenchFailure`` where nobody listens.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        guard result == 0 else { throw BenchFailure("nobody listens at port \(port)") }
    }

    deinit { close(descriptor) }

    /// Sends a request and reads its answer.
    /// - Returns: the answer's status.
    /// - Throws: ``BenchFailure`` where the connection breaks.
    mutating func post(_ path: String, _ headers: String, _ body: [UInt8]) throws -> Int {
        let head = "POST \(path) HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\(headers)\r\n"
        let message = Array(head.utf8) + body
        var sent = 0
        while sent < message.count {
            let count = message.withUnsafeBytes { send(descriptor, $0.baseAddress! + sent, message.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw BenchFailure("the connection broke while a request was sent") }
            sent += count
        }
        return try readAnswer()
    }

    private mutating func readAnswer() throws -> Int {
        var filled = 0
        var needed: Int?
        while needed == nil || filled < needed! {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + filled, $0.count - filled, 0) }
            guard count > 0 else { throw BenchFailure("the connection broke before its answer") }
            filled += count
            if needed == nil { needed = KeptConnection.length(of: buffer[..<filled]) }
            guard filled < buffer.count else { throw BenchFailure("an answer is too large") }
        }
        return buffer[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// How long the whole answer is, once its head is there.
    private static func length(of bytes: ArraySlice<UInt8>) -> Int? {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let head = text[..<end.lowerBound]
        let field = head.range(of: "content-length: ").map { head[$0.upperBound...].prefix { $0.isNumber } } ?? "0"
        return text.utf8.distance(from: text.startIndex, to: end.upperBound) + (Int(field) ?? 0)
    }
}
