import HTTPTypes
import NIOCore
import NIOPosix

/// The port that a server got, once it has it.
final class BoundPort: Sendable {
    private let promise = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Int.self)

    deinit { promise.fail(CancellationError()) }

    /// Gives the port, once.
    func succeed(_ port: Int) { promise.succeed(port) }

    /// Says that there will be none.
    func fail(_ error: any Error) { promise.fail(error) }

    /// The port; waits for it. Throws what kept the server from getting one.
    var port: Int { get async throws { try await promise.futureResult.get() } }
}
