public import ServiceLifecycle
import Screening

/// Claims work and does it: several pieces at once, each written as one decision. Reads are the ``Poller``'s.
///
/// Returning from `run()` means that a shutdown was asked for and that nothing is held any more. What was under way then is given up unspent and
/// comes back when the host starts again; shutdown is not failure.
public struct Worker: Service {
    private let context: PipelineContext
    private let owner: String
    private let width: Int
    private let desk: Desk

    /// A worker that does up to `width` things at once.
    public init(_ context: PipelineContext, width: Int = 32) {
        self.context = context
        self.width = width
        owner = context.random.token()
        desk = Desk(context: context)
    }

    /// Works until shutdown.
    public func run() async throws {
        try await ClaimLoop(
            context: context,
            desk: desk,
            request: ClaimRequest(owner: owner, limit: width, kinds: [.event, .run, .submit])
        ).run()
    }
}
