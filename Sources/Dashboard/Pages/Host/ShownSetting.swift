import Screening
import Synchronization

/// One key of the settings as it holds, for people to look at.
public struct ShownSetting: Sendable, Equatable {
    /// What it stands in: `server`, `accounts.zinc-uk`.
    public let section: String
    /// The key in there: `port`, `api_key`.
    public let name: String
    /// Its value as the file would write it; of a secret a fingerprint, by which two can be told apart.
    public let value: String
    /// Where it comes from: `fairlead.yaml:3`, an environment variable's name, or nil for a default.
    public let origin: String?
    public let isSecret: Bool
    /// What it is for; empty where nothing is said.
    public let note: String

    public init(_ section: String, _ name: String, _ value: String, origin: String?, isSecret: Bool = false, note: String = "") {
        self.section = section
        self.name = name
        self.value = value
        self.origin = origin
        self.isSecret = isSecret
        self.note = note
    }
}

/// How many cases a plugin has beside it.
public struct PluginCases: Sendable, Equatable {
    public let count: Int
    /// Whether they were run before what holds now was taken over: one that fails keeps it from being.
    public let isTried: Bool

    public init(count: Int, isTried: Bool) {
        self.count = count
        self.isTried = isTried
    }
}

/// Settings as people are shown them, put together anew when others were taken over.
final class KeptSettings: Sendable {
    private let kept = Mutex<(since: Timestamp?, settings: [ShownSetting])?>(nil)

    func value(since time: Timestamp?, _ make: () -> [ShownSetting]) -> [ShownSetting] {
        if let kept = kept.withLock({ $0 }), kept.since == time { return kept.settings }
        let settings = make()
        kept.withLock { $0 = (time, settings) }
        return settings
    }
}
