import Screening

/// Checks an account of a provider that is described by a wire profile.
enum WireAccount {
    /// What is wrong with the account's address and `wire:` block, a sentence each.
    static func problems(with account: Account, defaults: JSON) -> [String] {
        var problems: [String] = []
        if !account.baseURL.hasPrefix("https://") && !account.baseURL.hasPrefix("http://") {
            problems.append("base_url: expected a URL that begins with https://")
        }
        problems += WireShape.profile.problems(in: account.wire)
        let profile = WireProfile(defaults, changedBy: account.wire)
        for name in ["token", "packages", "create", "results", "cancel"] where profile.section(name) != nil && profile.call(name) == nil {
            problems.append("wire.\(name): names no path")
        }
        for name in ["create"] where profile.section(name) == nil { problems.append("wire.\(name): cannot be taken away") }
        if profile.section("find") != nil && WireFinder(profile) == nil {
            problems.append("wire.find: names neither by nor match, or no path")
        }
        return problems
    }
}
