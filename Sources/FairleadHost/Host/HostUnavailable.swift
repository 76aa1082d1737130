import LuaRuntime

/// Something the host needs cannot be had: the processes that run scripts.
public struct HostUnavailable: Error, Sendable, CustomStringConvertible {
    /// One sentence, and what to do.
    public let description: String

    /// What an error that ``Host/init(_:_:)`` threw means; nil for any other error.
    public init?(_ error: any Error) {
        guard let error = error as? PoolError else { return nil }
        description = "\(error). fairlead-lua belongs beside fairlead; workers.path names another place."
    }
}
