import Logging
public import Screening

// The brakes. What is paused takes everything in and sends nothing, until somebody resumes it.

extension Commands {
    /// Pauses an account: nothing is sent to its provider, orders, cancellations and reads wait. Pausing again changes the note alone.
    ///
    /// When it returns, no replica begins to send anything; what was on its way may still arrive.
    /// - Throws: ``CommandError``: 404, 503.
    public func pause(account id: String, note: String? = nil) async throws {
        guard environment.registry.account(id) != nil else { throw CommandError.notFound("account") }
        try await pause(.account(id), note: note)
    }

    /// Lets an account's work go on, whatever it was paused for: what waited is done now, in its order. Does nothing where it is not paused.
    /// - Throws: ``CommandError``: 404, 503.
    public func resume(account id: String, note: String? = nil) async throws {
        guard environment.registry.account(id) != nil else { throw CommandError.notFound("account") }
        try await resume(.account(id), note: note)
    }

    /// Pauses a connection: none of its scripts runs, so its ATS is told nothing, and none of its orders is sent or cancelled at a provider. Deliveries are
    /// taken in, and orders are read. Pausing again changes the note alone.
    /// - Throws: ``CommandError``: 404, 503.
    public func pause(connection id: String, note: String? = nil) async throws {
        guard environment.registry.connection(id) != nil else { throw CommandError.notFound("connection") }
        try await pause(.connection(id), note: note)
    }

    /// Lets a connection's work go on: what waited is done now, in its order. Does nothing where it is not paused.
    /// - Throws: ``CommandError``: 404, 503.
    public func resume(connection id: String, note: String? = nil) async throws {
        guard environment.registry.connection(id) != nil else { throw CommandError.notFound("connection") }
        try await resume(.connection(id), note: note)
    }

    /// Why a connection is paused; nil where it is not.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func pause(of connection: Connection) async throws -> OperatingState.Pause? {
        try await mapStoreError { try await accounts.brakes.pause(of: .connection(connection.id)) }
    }

    /// Why an account is paused, by a person or because its credentials are rejected; nil where it is not.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func pause(of account: ProviderAccount) async throws -> OperatingState.Pause? {
        try await mapStoreError { try await accounts.pause(of: account) }
    }

    /// What keeps a connection from sending: a pause, or what ``problem(of:)-connection`` says; nil where nothing does.
    /// - Throws: ``CommandError`` where the store cannot be had.
    public func obstacle(of connection: Connection) async throws -> JSON? {
        if let pause = try await pause(of: connection) { return pause.problem.json }
        return problem(of: connection)
    }

    private func pause(_ subject: OperatingState.Subject, note: String?) async throws {
        try await mapStoreError {
            let present = try await accounts.brakes.present(of: subject)
            let since = present.flatMap { $0.isByHand ? $0.problem.at : nil } ?? environment.clock.now()
            let what =
                switch subject {
                case .account(let id): "the account \(id) is paused by \(actor.title); nothing is sent to its provider until it is resumed"
                case .connection(let id):
                    "the connection \(id) is paused by \(actor.title); its ATS is told nothing and nothing is ordered until it is resumed"
                case .store: "\(subject.name) is held by \(actor.title); nothing leaves it until it is released"
                }
            let problem = Problem(code: Problem.paused, message: what, at: since)
            let pause = OperatingState.Pause(problem: problem, actor: actor, note: note.map { Personal($0) })
            try await store.perform([.pause(subject, pause)])
            accounts.brakes.note(pause, of: subject)
            log("paused by hand", "paused_by_hand", subject)
            if try await hasOtherReplicas() { try await waitForOthers(Pauses.goesOn) }
        }
    }

    private func resume(_ subject: OperatingState.Subject, note: String?) async throws {
        try await mapStoreError {
            guard try await accounts.brakes.present(of: subject) != nil else { return }
            try await store.perform([.pause(subject, nil)])
            accounts.brakes.note(nil, of: subject)
            log("resumed by hand", "resumed_by_hand", subject)
            // Others must not put off again what is made due here.
            if try await hasOtherReplicas() { try await waitForOthers(Pauses.waits) }
            await accounts.resumeWork(by: Pauses.look)
        }
    }

    private func log(_ message: Logger.Message, _ event: String, _ subject: OperatingState.Subject) {
        environment.logger.notice(message, metadata: ["event": "\(subject.kind).\(event)", subject.kind: "\(subject.id)", "by": "\(actor)"])
    }

    func hasOtherReplicas() async throws -> Bool {
        let now = environment.clock.now()
        return try await store.replicas().count { $0.seenAt + .seconds(300) > now } > 1
    }

    func waitForOthers(_ time: Duration) async throws { try? await environment.clock.sleep(for: time + .milliseconds(50)) }
}

extension Problem {
    /// The code of what waits because somebody paused its account or its connection.
    public static let paused = "paused"
    /// The code of what waits because the provider rejects its account's credentials.
    public static let credentialsRefused = "account_paused"
}

extension Actor {
    /// Who it is, for those who may not read personal data.
    public var title: String {
        switch self {
        case .token(_, let name): name
        case .person: "a person"
        case .script(let run): "the script of \(run)"
        case .system: "the host"
        }
    }
}

extension CommandError {
    /// Nothing is sent for what is paused, or while the store is held: 409 `paused` or `held`.
    static func paused(_ pause: OperatingState.Pause) -> CommandError {
        guard !pause.isHold else { return CommandError(409, Problem.held, "Nothing was sent: \(pause.problem.message). Release it, then ask again.") }
        return CommandError(409, Problem.paused, "Nothing was sent: \(pause.problem.message). Resume it, then ask again.")
    }
}
