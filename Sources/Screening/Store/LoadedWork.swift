/// What a piece of work is about, as one look at the store gives it: whoever does the work need not ask for each part.
///
/// It is as old as the look: what must not have changed since is checked by whoever writes (``Effect/order(_:)``, ``Effect/expect(_:)``).
public struct LoadedWork: Sendable {
    /// The event to look at, or the one that the run handles; without the runs and orders that it led to.
    public var event: Event?
    public var run: Run?
    /// The steps of the run, by number.
    public var steps: [Step] = []
    /// The order that the work, its webhook or its run is about.
    public var order: Order?
    /// See ``RunStore/laterUpdateTold(than:)``.
    public var laterUpdateTold: String?

    public init() {}
}

extension WorkQueue where Self: Inbox & RunStore & OrderStore {
    /// Asks for each part by itself.
    public func load(_ work: Work) async throws -> LoadedWork {
        var loaded = LoadedWork()
        switch work {
        case .event(let id):
            loaded.event = try await event(id)
            if loaded.event?.kind == .webhook, let id = loaded.event?.order { loaded.order = try await order(id) }
        case .run(let id):
            loaded.run = try await run(id)
            guard let run = loaded.run, !run.state.isEnded else { break }
            loaded.steps = try await steps(of: id)
            if let event = run.event { loaded.event = try await self.event(event) }
            guard let about = run.order else { break }
            loaded.laterUpdateTold = try await laterUpdateTold(than: id)
            loaded.order = try await order(about)
        case .submit(let id), .read(let id): loaded.order = try await order(id)
        case .notice, .delivery, .bulk: break
        }
        return loaded
    }
}
