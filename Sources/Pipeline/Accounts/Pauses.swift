public import Screening
import Synchronization

/// Which accounts and connections are paused, as the store has it: remembered for a moment, so that not every call asks.
final class Pauses: Sendable {
    /// How long it is taken for true that something is not paused: for so long another replica may go on after a pause.
    static let goesOn = Duration.seconds(2)
    /// How long it is taken for true that something is paused: for so long another replica may wait after that is over.
    static let waits = Duration.milliseconds(250)
    /// How long work that waits for a person to resume something is put off. Resuming makes what was put off so due at once, in its order.
    static let look = Duration.seconds(50)

    private let store: any OperatingStates
    private let clock: any WallClock
    private struct Known {
        var pause: OperatingState.Pause?
        var readAt: Timestamp
        /// How often it was changed by this process: what was read before a change says nothing any more.
        var changes = 0
    }

    private let known = Mutex<[OperatingState.Subject: Known]>([:])

    init(store: any OperatingStates, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// Why a subject is paused; nil where it is not.
    func pause(of subject: OperatingState.Subject) async throws -> OperatingState.Pause? {
        let now = clock.now()
        if let known = known.withLock({ $0[subject] }), known.readAt <= now,
            now < known.readAt + (known.pause == nil ? Self.goesOn : Self.waits)
        {
            return known.pause
        }
        return try await present(of: subject)
    }

    /// The same, as it stands in the store now.
    func present(of subject: OperatingState.Subject) async throws -> OperatingState.Pause? {
        let now = clock.now()
        let changes = known.withLock { $0[subject]?.changes ?? 0 }
        let pause = try await store.state(of: subject).pause
        return known.withLock { known in
            if let present = known[subject], present.changes != changes { return present.pause }
            known[subject] = Known(pause: pause, readAt: now, changes: changes)
            return pause
        }
    }

    /// What was last known where the store cannot say.
    func lastKnown(of subject: OperatingState.Subject) -> OperatingState.Pause? { known.withLock { $0[subject]?.pause } }

    /// Has it hold in this process from now on.
    func note(_ pause: OperatingState.Pause?, of subject: OperatingState.Subject) {
        known.withLock { known in
            known[subject] = Known(pause: pause, readAt: clock.now(), changes: (known[subject]?.changes ?? 0) + 1)
        }
    }
}

extension OperatingState.Pause {
    /// Whether somebody paused it, so that only somebody ends it.
    public var isByHand: Bool { credentials == nil }
}

/// Sends nothing of an account or a connection that somebody has paused, or while the store is held, whatever call it belongs to: what began before the pause
/// ends with it.
struct BrakedTransport: Transport {
    let transport: any Transport
    let pauses: Pauses
    let subjects: [OperatingState.Subject]

    func send(_ request: WireRequest) async throws -> WireResponse {
        for subject in subjects {
            let pause: OperatingState.Pause?
            do { pause = try await pauses.pause(of: subject) } catch { pause = pauses.lastKnown(of: subject) }
            if let pause, pause.isByHand {
                throw TransportError(.cannotConnect, "\(subject.name) is \(pause.isHold ? "held" : "paused"); nothing was sent")
            }
        }
        return try await transport.send(request)
    }
}
