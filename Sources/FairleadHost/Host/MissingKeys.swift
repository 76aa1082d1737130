import Pipeline
import Screening

/// Whether the store is sealed, in part, with keys that this host does not have: another replica seals with them.
struct MissingKeys {
    let store: any Store

    /// Looks from time to time.
    var source: IssueSource {
        IssueSource { [store] _ in
            let keys = (try? await store.missingKeys()) ?? []
            return Dictionary(keys.map { (IssueCause(.keyMissing, code: $0, host: Release.machine), ["key": .string($0)]) }) { $1 }
        }
    }
}
