import Plugins
import Screening
import Synchronization

/// The versions of scripts that the store keeps for unfinished runs, and in memory those that were needed lately.
final class ScriptVersions: Sendable {
    private static let maximum = 16
    private let store: any RunStore
    private let versions = Mutex<[String: ConnectionScripts]>([:])

    init(store: any RunStore) { self.store = store }

    /// A version that the store keeps; nil where it keeps none of that hash.
    func version(_ id: String) async throws -> ConnectionScripts? {
        if let known = versions.withLock({ $0[id] }) { return known }
        guard let scripts = try await store.scriptVersion(id).flatMap({ ConnectionScripts($0) }) else { return nil }
        versions.withLock { versions in
            if versions.count >= Self.maximum { versions.removeAll() }
            versions[id] = scripts
        }
        return scripts
    }

    /// Keeps the scripts of connections for the runs that will begin on them.
    func keep(of connections: [Connection]) async throws {
        let versions = Dictionary(connections.map { ($0.scripts.id, $0.scripts.version) }) { first, _ in first }
        try await store.keep(versions.values.sorted { $0.id < $1.id })
    }
}
