import Foundation
import Testing

/// A connection on which a whole request came, and the beginning of another.
struct HalfRequest {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        try #require(connected == 0)
        let first = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        let second = "POST /ats/acme/hmac HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n"
        let bytes = Array((first + second).utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    /// What came back first.
    func response() -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    func end() { close(descriptor) }
}
