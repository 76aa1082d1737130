/// The server's address cannot be had: in use, not permitted, or not one of this machine.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    /// One sentence with the address and the system's reason.
    public let description: String

    init(host: String, port: Int, reason: String) { description = "cannot listen on \(host):\(port): \(reason)" }
}
