import Plugins
import Screening
import Synchronization

/// The older versions of scripts that unfinished runs began on, as far as they were needed lately.
final class ScriptVersions: Sendable {
    private static let most = 16
    private let versions = Mutex<[String: ConnectionScripts]>([:])

    /// A version that the store keeps; nil where it keeps none of that hash.
    func version(_ id: String, in store: any RunStore) async throws -> ConnectionScripts? {
        if let known = versions.withLock({ $0[id] }) { return known }
        guard let scripts = try await store.scripts(id).flatMap({ ConnectionScripts($0) }) else { return nil }
        versions.withLock { versions in
            if versions.count >= Self.most { versions.removeAll() }
            versions[id] = scripts
        }
        return scripts
    }
}

extension PipelineContext {
    /// Keeps the scripts of every connection for the runs that will begin on them. To be called before the first run on new scripts.
    public func keepScripts() async throws { try await keepScripts(of: directory.connections) }

    /// Keeps the scripts of connections that are about to be configured.
    public func keepScripts(of connections: [Connection]) async throws {
        let versions = Dictionary(connections.map { ($0.scripts.id, $0.scripts.version) }) { first, _ in first }
        try await store.keep(versions.values.sorted { $0.id < $1.id })
    }
}
