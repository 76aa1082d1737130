/// What one sender may ask of the server, and what all together may. The defaults suit a public address.
public struct ServerLimits: Sendable {
    /// A request body's bytes; more is answered 413.
    public var body = 1 << 20
    /// The bytes of all header fields together, the request line included; more is answered 431.
    public var headers = 32 << 10
    /// How many header fields there may be.
    public var headerFields = 100
    /// How long a connection may stay without a request, or take to send a request's header; then it is closed.
    public var idle: Duration = .seconds(30)
    /// How long a body may take after its header; then the request is answered 408 and the connection closed.
    public var bodyTime: Duration = .seconds(20)
    /// How long the other side may leave an answer unread; then the connection is closed.
    public var unread: Duration = .seconds(30)
    /// How long a sender that was answered while still sending is given to read the answer; then the connection is closed.
    public var patience: Duration = .seconds(2)
    /// How long requests under way may take when the server is told to stop; then they are cancelled.
    public var drain: Duration = .seconds(8)

    /// How many connections there may be at a time. Requests on further ones are answered 503 with `Retry-After`, and the connections closed.
    public var maxConnections = 1024
    /// The bytes of all requests' bodies and large answers that are under way together. What does not fit is answered 503 with `Retry-After`.
    public var bodyBudget = 64 << 20

    public init() {}
}
