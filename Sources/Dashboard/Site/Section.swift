/// A place in the navigation.
enum Section: String, Sendable, CaseIterable {
    case now, orders, issues, dead
    case events, runs
    case connections, accounts, plugins, webhooks
    case audit, settings

    /// What stands together.
    enum Group: String, Sendable, CaseIterable {
        case work = "Work"
        case flow = "Behind it"
        case setup = "Set-up"
        case host = "Host"
    }

    var group: Group {
        switch self {
        case .now, .orders, .issues, .dead: .work
        case .events, .runs: .flow
        case .connections, .accounts, .plugins, .webhooks: .setup
        case .audit, .settings: .host
        }
    }

    var path: String { self == .now ? "/" : "/" + rawValue }

    var name: String {
        switch self {
        case .now: "Now"
        case .dead: "Dead letters"
        default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
        }
    }

    /// What follows `g` on the keyboard; nil for none.
    var key: Character? {
        switch self {
        case .now: "n"
        case .orders: "o"
        case .issues: "i"
        case .dead: "d"
        case .events: "e"
        case .runs: "r"
        case .connections: "c"
        case .accounts: "a"
        case .plugins: "p"
        case .webhooks: "w"
        case .audit: "u"
        case .settings: "s"
        }
    }
}
