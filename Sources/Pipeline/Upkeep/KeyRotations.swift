import Logging
public import Screening
import ServiceLifecycle
import Synchronization

/// Goes over to the first key of the settings while the host works: a small step at a time, resting between two, so that nobody waits for it.
///
/// What is left is seen in the store itself. So a rotation that was begun is gone on with when a host starts, and any replica whose first key it is may do so.
public final class KeyRotations: Sendable {
    /// How it stands, for people.
    public struct Standing: Sendable {
        /// Nothing was asked of this host since it started.
        public fileprivate(set) var isAsked = false
        public fileprivate(set) var isRunning = false
        public fileprivate(set) var phase: KeyRotation.Phase?
        public fileprivate(set) var dataKeys = 0
        public fileprivate(set) var lookUps = 0
        public fileprivate(set) var waitsFor: [String] = []
        public fileprivate(set) var begunAt: Timestamp?
        public fileprivate(set) var endedAt: Timestamp?

        mutating func note(_ step: KeyRotation) {
            phase = step.phase
            waitsFor = step.waitsFor
            if step.phase == .dataKeys { dataKeys += step.moved }
            if step.phase == .lookUps { lookUps += step.moved }
        }
    }

    private let environment: Environment
    private let store: any KeyAdministration & AuditLog
    private let state = Mutex(Standing())
    private let wanted: AsyncStream<Void>
    private let want: AsyncStream<Void>.Continuation

    /// How much longer than a step took it rests.
    private static let rest = 4
    private static let shortRest = Duration.milliseconds(5)
    /// A step that takes long has waited for others rather than worked: resting longer for it, a rotation would take days in a busy store.
    private static let longRest = Duration.milliseconds(35)
    /// Before it looks again at what it waits for, or tries again what failed.
    private static let pause = Duration.seconds(3)

    init(environment: Environment, store: any KeyAdministration & AuditLog) {
        self.environment = environment
        self.store = store
        (wanted, want) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How it stands in this process.
    public var standing: Standing { state.withLock { $0 } }

    /// What is sealed under which key.
    public func use() async throws -> KeyUse { try await mapStoreError { try await store.keyUse() } }

    /// Begins, or goes on; one that is under way stays as it is.
    public func start() async throws {
        if let current = AuditedAct.current {
            current.leaveOut()
            _ = try await mapStoreError { try await store.record(current.act) }
        }
        go()
    }

    private func go() {
        state.withLock { $0.isAsked = true }
        want.yield()
    }

    /// Lets go of a key.
    /// - Throws: ``CommandError``: 404 where the store never had it, 409 `key_needed` or `key_encrypts` where it cannot be let go, with what to do.
    public func retire(_ name: String) async throws {
        try await Self.retire(name, in: store)
        if let current = AuditedAct.current {
            current.leaveOut()
            _ = try await mapStoreError { try await store.record(current.act) }
        }
        environment.logger.notice("a key was retired", metadata: ["event": "key.retired", "key": "\(name)"])
    }

    /// Lets go of a key of a store.
    /// - Throws: as ``retire(_:)``.
    package static func retire(_ name: String, in store: any KeyAdministration) async throws {
        switch try await mapStoreError({ try await store.retireKey(name) }) {
        case .retired: return
        case .unknown: throw CommandError.notFound("key")
        case .encrypts(let hosts):
            let who = hosts.isEmpty ? "it is the first of encryption.keys" : "it is the first of encryption.keys on \(hosts.joined(separator: ", "))"
            throw CommandError(409, "key_encrypts", "The key \(name) seals what is new: \(who). Put another first and rotate to that.")
        case .needed(let key):
            throw CommandError(
                409,
                "key_needed",
                "The key \(name) is still needed for \(key.dataKeys) data keys, \(key.lookUps) look-ups and \(key.ownKeys) keys of the store: fairlead key "
                    + "rotate goes over to the first key."
            )
        }
    }

    /// Rotates when asked to, and where one was begun, until shutdown.
    func run() async {
        if await environment.reportingFailure(of: "looking for a rotation of keys", { try await store.isRotatingKeys() }) == true { go() }
        await cancelWhenGracefulShutdown {
            for await _ in self.wanted {
                await self.rotate()
                if Task.isCancelled { return }
            }
        }
    }

    /// Goes on until nothing is left.
    private func rotate() async {
        state.withLock { state in
            state = Standing()
            (state.isAsked, state.isRunning, state.begunAt) = (true, true, environment.clock.now())
        }
        environment.logger.notice("going over to the first key of encryption.keys", metadata: ["event": "key.rotation_begun"])
        do {
            try await Self.rotate(store, environment.clock) { step in
                self.state.withLock { $0.note(step) }
            } failed: { error in
                self.environment.storeFailed(error, "going over to another key")
            }
        } catch { return state.withLock { $0.isRunning = false } }
        let standing = state.withLock { state in
            (state.isRunning, state.endedAt) = (false, environment.clock.now())
            return state
        }
        let details: JSON = ["data_keys": .int(Int64(standing.dataKeys)), "look_ups": .int(Int64(standing.lookUps))]
        await environment.reportingFailure(of: "recording the rotation of keys") {
            try await store.record(AuditAct(by: .system, "key.rotated", details: details))
        }
        environment.logger.notice(
            "nothing needs another key than the first any more",
            metadata: ["event": "key.rotation_done", "data_keys": "\(standing.dataKeys)", "look_ups": "\(standing.lookUps)"]
        )
    }

    /// Takes steps until nothing is left; what fails is tried again, for ever.
    /// - Throws: only where it was cancelled.
    package static func rotate(
        _ store: any KeyAdministration,
        _ clock: any WallClock,
        step note: @Sendable (KeyRotation) -> Void,
        failed: @Sendable (any Error) -> Void
    ) async throws {
        while true {
            try Task.checkCancellation()
            let begun = clock.now()
            let step: KeyRotation
            do { step = try await store.rotateKeys() } catch {
                failed(error)
                try await clock.sleep(for: pause)
                continue
            }
            note(step)
            switch step.phase {
            case .done: return
            case .waiting: try await clock.sleep(for: pause)
            case .dataKeys, .lookUps: try await clock.sleep(for: max(shortRest, min(longRest, (clock.now() - begun) * rest)))
            }
        }
    }
}
