public import Screening

/// How a provider's side of the wire behaves while a promise is checked.
public enum ProviderSituation: Sendable, Equatable {
    /// It lists the script's packages.
    case listsPackages
    /// It takes the request and names it by the script's reference.
    case creates
    /// It takes the request with a success that names no id.
    case createsWithoutID
    /// It refuses to create, with HTTP 422 or what it uses for that, and this message.
    case refuses(message: String)
    /// It accepts no credentials: HTTP 401.
    case rejectsCredentials
    /// It reports on the script's reference with these words.
    case reports(status: String, result: String?)
    /// It does not know the script's reference.
    case knowsNothing
    /// It holds the request that the script's order created, where it can be found.
    case holdsRequest
    case cancels
    /// It does not cancel any more.
    case isTooLate
}

/// What ``ProviderConformance`` has to know of a provider: an account and an order of its own, its words, and how its wire looks in each situation.
///
/// All of it is invented: no request leaves the process.
public struct ProviderScript: Sendable {
    /// An account with credentials.
    public var account: Account
    /// An order of that account, with a candidate that the provider accepts.
    public var order: Order
    /// The provider's name for the request that the order becomes.
    public var reference: String
    /// The packages that it lists; empty where it lists none.
    public var packages: [ScreeningPackage]
    /// Each status text and the state it means.
    public var statuses: [String: OrderState]
    /// Each result text and the outcome it means.
    public var outcomes: [String: Outcome]
    /// The status text that comes with a result.
    public var finalStatus: String
    /// Whether a request is the one that creates. The URL holds path and query only.
    public var isCreation: @Sendable (WireRequest) -> Bool
    /// How the provider answers in a situation. The URL holds path and query only. Throw ``Disconnect`` to break the connection.
    public var respond: @Sendable (ProviderSituation, WireRequest) async throws -> WireResponse
    /// A webhook of the provider's about the script's reference, signed as it should be; nil where it sends none.
    public var webhook: (@Sendable (_ status: String, _ result: String?) -> Webhook)?

    public init(
        account: Account,
        order: Order,
        reference: String,
        packages: [ScreeningPackage] = [],
        statuses: [String: OrderState],
        outcomes: [String: Outcome],
        finalStatus: String,
        isCreation: @escaping @Sendable (WireRequest) -> Bool,
        respond: @escaping @Sendable (ProviderSituation, WireRequest) async throws -> WireResponse,
        webhook: (@Sendable (_ status: String, _ result: String?) -> Webhook)? = nil
    ) {
        self.account = account
        self.order = order
        self.reference = reference
        self.packages = packages
        self.statuses = statuses
        self.outcomes = outcomes
        self.finalStatus = finalStatus
        self.isCreation = isCreation
        self.respond = respond
        self.webhook = webhook
    }
}
