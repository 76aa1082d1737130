import Pipeline
public import Screening
import Synchronization

/// Lists, rotates and retires the keys of a store for those who have the settings file: in the store, or through the running host that has it for itself.
public struct StoreKeys: Sendable {
    private let way: StoreOrHost

    /// Opens nothing.
    /// - Parameter host: the running host's address; nil for `FAIRLEAD_URL`, else what the settings say.
    /// - Throws: ``ConfigurationProblems``.
    public init(settings file: String, environment: [String: String], host: String? = nil) throws {
        way = try StoreOrHost(settings: file, environment: environment, host: host)
    }

    /// What is sealed under which key, as `{"keys": […]}`; from a host with how its rotation stands.
    public func list() async throws -> JSON {
        try await way.either(makesStore: false) {
            Self.view(try await $0.keyUse())
        } host: {
            try await $0.get(["keys"]).json
        }
    }

    /// Goes over to the first key of the settings, and returns once nothing needs another. A host goes on by itself where this is cancelled; so does
    /// whoever asks next.
    /// - Parameter progress: told of every step.
    /// - Returns: as ``list()``.
    public func rotate(progress: @escaping @Sendable (_ moved: Int, _ waitsFor: [String]) -> Void) async throws -> JSON {
        let clock = SystemClock()
        return try await way.either(makesStore: false) { store in
            let count = Total()
            try await KeyRotations.rotate(store, clock) { step in
                progress(count.add(step.moved), step.waitsFor)
            } failed: { error in
                progress(count.add(0), ["the store: \(error)"])
            }
            return Self.view(try await store.keyUse())
        } host: { client in
            var json = try await client.post(["keys", "rotate"]).json
            while true {
                let rotation = json["rotation"] ?? .null
                let moved = (rotation["data_keys"]?.integer ?? 0) + (rotation["look_ups"]?.integer ?? 0)
                progress(Int(moved), rotation["waits_for"]?.items?.compactMap(\.text) ?? [])
                if rotation["state"]?.text == "done" { return json }
                try await clock.sleep(for: .seconds(1))
                json = try await client.get(["keys"]).json
            }
        }
    }

    /// Lets go of a key that nothing needs any more.
    /// - Throws: ``CommandError`` or ``APIProblem`` where something needs it, with how many.
    public func retire(_ name: String) async throws -> JSON {
        try await way.either(makesStore: false) { store in
            try await KeyRotations.retire(name, in: store)
            return Self.view(try await store.keyUse())
        } host: {
            try await $0.post(["keys", name, "retire"]).json
        }
    }

    private static func view(_ use: KeyUse) -> JSON { ["keys": .array(use.keys.map(\.json))] }
}

/// Counts what steps have moved.
private final class Total: Sendable {
    private let moved = Mutex(0)

    func add(_ count: Int) -> Int {
        moved.withLock { moved in
            moved += count
            return moved
        }
    }
}
