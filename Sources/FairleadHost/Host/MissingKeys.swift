import Pipeline
import Screening
import Synchronization

/// Whether the store is sealed, in part, with keys that this host does not have: another replica seals with them. While the store is away that is as it was last.
final class MissingKeys: Sendable {
    private let store: any KeyAdministration
    private let last = Mutex<[String]?>(nil)

    init(store: any KeyAdministration) { self.store = store }

    /// The fingerprints of the keys, as far as is known; nil where the store has not said yet.
    func known() async -> [String]? {
        guard let keys = try? await store.missingKeys() else { return last.withLock { $0 } }
        last.withLock { $0 = keys }
        return keys
    }

    /// Looks from time to time.
    var source: IssueSource {
        IssueSource { [self] _ in
            let keys = await known() ?? []
            return Dictionary(keys.map { (IssueCause(.keyMissing, code: $0, host: Release.machine), ["key": .string($0)]) }) { $1 }
        }
    }
}
