public import Screening

/// How the stand-ins behave. The default values are invented, fixed and public: they are for tests and demonstrations only.
public struct SimulatorSettings: Sendable {
    /// The Zinc stand-in.
    public struct Zinc: Sendable {
        /// Keys of the customer accounts; each sees its own requests only.
        public var apiKeys: [Secret] = [Secret("simulated-zinc-key")]
        public var signingToken = Secret("simulated-zinc-signing-token")
        public var packages: [ZincPackage] = ZincPackage.usual
        /// The member that holds the list of `GET /packages`; nil: the list stands at the root.
        public var packagesMember: String?
        /// The member that holds the list of `GET /results`; nil: the list stands at the root.
        public var resultsMember: String?
        /// The member that holds the id in the answer to `POST /checks`.
        public var idMember = "id"
        /// Whether a created request is announced by a webhook at once, as the document's first example shows.
        public var announcesCreation = true
    }

    /// The WorkerChecks stand-in.
    public struct WorkerChecks: Sendable {
        /// Widget secrets of the accounts; each sees its own invitations only.
        public var widgetSecrets: [Secret] = [Secret("simulated-widget-secret")]
        /// What can be ordered: product id and name.
        public var products: [ScreeningPackage] = [
            ScreeningPackage(id: "prod_1", name: "National police check"), ScreeningPackage(id: "prod_2", name: "Right to work check"),
        ]
        /// How long a token is good for.
        public var tokenLife: Duration = .seconds(86_400)
        /// How many results may be read in any sixty seconds, for each account.
        public var readsPerMinute = 30
    }

    /// The ATS stand-in.
    public struct ATS: Sendable {
        /// The key with which both sides of the assessment API know each other.
        public var assessmentKey = Secret("simulated-assessment-key")
        /// The Standard Webhooks secret with which the ATS signs its events.
        public var eventSecret = Secret("whsec_c2ltdWxhdGVkLWV2ZW50LXNlY3JldC0wMDE=")
        /// The Standard Webhooks secret with which call backs to the ATS are signed.
        public var callbackSecret = Secret("whsec_c2ltdWxhdGVkLWNhbGxiYWNrLXNlY3JldC0x")
    }

    /// Where the host reaches the site, without a trailing slash. May be set later on ``SimulatorSite/publicURL``.
    public var publicURL = "http://127.0.0.1:8090"
    /// The time between two stages of an order's lifecycle at a provider; nil: an order moves only when told to.
    public var pace: Duration?
    /// The pauses after which a webhook that was not answered 2xx is sent again. An assumption: neither document says whether Zinc repeats.
    public var webhookRetries: [Duration] = [.seconds(1), .seconds(5), .seconds(30)]
    /// How many exchanges the log keeps.
    public var logLimit = 20_000
    public var zinc = Zinc()
    public var workerChecks = WorkerChecks()
    public var ats = ATS()

    public init() {}
}
