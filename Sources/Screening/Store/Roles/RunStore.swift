/// The runs of scripts, and the steps that they remember.
public protocol RunStore: Sendable {
    /// A run; nil where there is none.
    func run(_ id: String) async throws -> Run?

    /// Runs, by age, without their inputs and logs.
    func runs(_ query: RunQuery, _ page: PageRequest) async throws -> Page<RunSummary>

    /// Several runs; those that are not there are left out.
    func runs(_ ids: [String]) async throws -> [RunSummary]

    /// The event that a run handles; nil where it handles none. Known also where the run itself cannot be read.
    func event(ofRun id: String) async throws -> String?

    /// The newest update of the same order that came after a run's and has been told already; nil where there is none, and for a run that tells no update.
    func laterUpdateTold(than run: String) async throws -> String?

    /// What the ATS knows of orders, by order: the run that told the last update, and the first run after it whose update is not told. Orders without
    /// either are left out.
    func updates(of orders: [String]) async throws -> [String: (told: Run?, pending: Run?)]

    /// The steps that a run has made so far, by number.
    func steps(of run: String) async throws -> [Step]

    /// The same steps, but requests and replies only of those that fit into some bytes together: no others are read. With 0 none is.
    func steps(of run: String, within bytes: Int) async throws -> [StepSummary]

    /// One step of a run; nil where there is none of this number.
    func step(_ number: Int, of run: String) async throws -> Step?

    /// Remembers steps of a run (replacing those of the same number) and does what the last of them does, all or nothing. Calling again replaces again;
    /// an effect that places an order places one.
    /// - Returns: the order that stands after an effect that places one.
    @discardableResult
    func remember(_ steps: [Step], of run: String, doing effect: StepEffect?) async throws -> Order?

    /// A value that a connection's scripts keep; nil where there is none or it has expired.
    func value(connection: String, key: String) async throws -> JSON?

    /// The withdrawal that was noted last for an external id of a connection; nil where there is none.
    func withdrawal(connection: String, externalID: String) async throws -> Occurrence?

    /// When the events happened that asked for an order; none for one that no event asked for.
    func asked(for order: String) async throws -> [Occurrence]

    /// What a connection has used of its quotas.
    func usage(of connection: String) async throws -> Usage

    /// Keeps versions of scripts, for the runs that begin on them. Keeping one again only says that it is still in use; versions that nobody has kept
    /// for thirty days, and that no unfinished run began on, are forgotten.
    func keep(_ versions: [ScriptVersion]) async throws

    /// A version of scripts by its hash; nil where it is not kept.
    func scriptVersion(_ id: String) async throws -> ScriptVersion?
}
