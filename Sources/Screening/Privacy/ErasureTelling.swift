/// Of whom an erasure takes orders and deliveries, before it does: what others may have to be told.
public struct ErasedThings: Sendable {
    /// The orders that can still be read.
    public let orders: [Order]
    /// The connections whose orders or deliveries go.
    public let connections: Set<String>

    public init(orders: [Order], connections: Set<String>) {
        self.orders = orders
        self.connections = connections
    }
}

/// Who is told of an erasure: runs that tell, to be put into the queue as the rows go, and what the certificate says of everybody else.
public struct ErasureTelling: Sendable {
    /// What a word in ``Erasure/told`` begins with as long as the telling is to come.
    public static let waiting = "waiting"
    /// What it begins with where the host cannot tell.
    public static let unsupported = "unsupported"

    public var runs: [Run]
    public var told: [String: String]

    /// The runs that a word in ``Erasure/told`` names.
    package static func runs(in word: String) -> [String] { word.split(separator: " ").map(String.init).filter { $0.hasPrefix("run_") } }

    /// What is said of whom two parts of one erasure are told to.
    package static func both(_ first: String, _ second: String) -> String {
        guard first.hasPrefix(waiting) else { return second }
        return second.hasPrefix(waiting) ? ([first] + runs(in: second)).joined(separator: " ") : first
    }

    /// Nobody, where nothing is given.
    public init(runs: [Run] = [], told: [String: String] = [:]) {
        self.runs = runs
        self.told = told
    }
}
