import Screening
import Synchronization

/// Kills a host at one of the points that it passes: between two lines that read, write or send. From there on nothing of it gets through.
final class KillSwitch: Sendable {
    private let point: Int
    private let passed = Mutex(0)

    /// - Parameter point: which point, from 1.
    init(at point: Int) { self.point = point }

    /// How many points were passed so far.
    var count: Int { passed.withLock { $0 } }
    /// Whether the host is dead.
    var isKilled: Bool { count >= point }

    /// Passes a point. Throws where the host died at it, or before.
    func pass() throws {
        let number = passed.withLock { passed in
            passed += 1
            return passed
        }
        if number >= point { throw CancellationError() }
    }
}

/// A way out that ends with its host.
struct KilledTransport: Transport {
    let transport: any Transport
    let kill: KillSwitch

    func send(_ request: WireRequest) async throws -> WireResponse {
        try kill.pass()
        let response = try await transport.send(request)
        try kill.pass()
        return response
    }
}
