public import Screening

/// What every script reaches through `ctx` while it runs.
///
/// A host offers more to its scripts by conforming to ``HTTPScriptHost``, ``ValueScriptHost`` or ``ConnectionScriptHost``. A call that needs
/// what the host is not is refused at the script's line.
public protocol ScriptHost: Sendable {
    /// The time, for `ctx.now` and the steps' timestamps.
    var clock: any WallClock { get }
    /// Randomness, for `ctx.uuid` and `ctx.random`.
    var random: any RandomSource { get }
    /// The secrets by name; of several the first signs.
    var secrets: [String: [Secret]] { get }

    /// The error for a script that makes a call which this host does not offer. The default is `not_here`.
    func error(of call: String) -> HostCallError
}

extension ScriptHost {
    /// `not_here`
    public func error(of call: String) -> HostCallError { HostCallError("not_here", "a script cannot call \(call) here") }
}

/// A host that lets scripts make HTTP requests.
public protocol HTTPScriptHost: ScriptHost {
    /// Checks a call by its arguments, before a request is made of them. The default allows every call.
    /// - Throws: ``HostCallError`` where the call may not be made, whatever its URL is.
    func check(http arguments: JSON) throws(HostCallError)
    /// Whether the script may call this URL, written out or as the whole value of a secret.
    func permits(_ url: URLParts, from secret: String?) -> Bool
    /// Whether this URL may not be called only because it is not among the connection's callback hosts. The default says no.
    func lacksCallbackHost(_ url: URLParts) -> Bool
    /// Whether a secret may be sent to this URL.
    func permits(secret: String, to url: URLParts) -> Bool
    /// Sends a permitted request. Calling twice sends twice.
    /// - Throws: ``TransportError``; ``AttemptFailure`` where nothing is to be sent there at present.
    func send(_ request: WireRequest) async throws -> WireResponse
}

extension HTTPScriptHost {
    /// No.
    public func lacksCallbackHost(_ url: URLParts) -> Bool { false }
    /// Allows every call.
    public func check(http arguments: JSON) throws(HostCallError) {}
}

/// A host that lets scripts read the values that a connection's scripts keep.
public protocol ValueScriptHost: ScriptHost {
    /// A value that the connection's scripts keep; nil where there is none.
    func value(key: String) async throws -> JSON?
}

/// A host that remembers a run's steps from one attempt to the next.
public protocol RememberingScriptHost: ScriptHost {
    /// Remembers steps, and does what the last of them does, in one transaction. A step that is remembered already is replaced.
    /// - Returns: the order that stands after an effect that places one.
    /// - Throws: ``StoreError``: nothing is remembered or done, as far as is known.
    func remember(_ steps: [Step], doing effect: StepEffect?) async throws -> Order?
}

/// A host that gives scripts access to their connection: its orders, its accounts' packages, and the values that its scripts keep.
public protocol ConnectionScriptHost: HTTPScriptHost, ValueScriptHost, RememberingScriptHost {
    /// Checks a request for an order, as `ctx.orders.place` was given it. Calling twice gives two orders; neither is placed.
    /// - Returns: the order to place.
    /// - Throws: ``HostCallError`` naming the field that is wrong.
    func draft(_ arguments: JSON) async throws -> Order
    /// When what the run is about happened. A request to order anew is taken for one order only: one that ended before.
    var happenedAt: Timestamp { get }
    /// The connection's order of that identifier; nil where there is none.
    func order(id: String) async throws -> Order?
    /// The connection's order of that external id; nil where there is none.
    func order(externalID: String) async throws -> Order?
    /// Asks for an order's cancellation; returns what the script is told. Calling twice asks twice.
    func cancel(order id: String, reason: String?) async throws -> JSON
    /// The packages of one of the connection's accounts, the first where nil.
    func packages(account: String?) async throws -> [ScreeningPackage]
    /// When what the run handles happened; nil where it handles nothing that was received.
    var occurrence: Occurrence? { get }
    /// How the run ends because the person of an order was erased: `{kind, reason}`; nil where nobody was.
    func ending(placingErased order: Order) async throws -> JSON?
    /// How the run ends because the candidate of an order was withdrawn: `{kind, reason}`; nil where the order may be placed.
    /// - Throws: ``AttemptFailure`` where the order that would give way is just being cancelled.
    func ending(placing order: Order, asked: Occurrence, _ reorder: Reorder?) async throws -> JSON?
    /// How the run ends because an order was asked for after the withdrawal that it handles: `{kind, reason}`; nil where the order may be cancelled.
    func ending(withdrawing order: Order) async throws -> JSON?
    /// The effect that notes the withdrawal of a candidate; nil where none is to be noted.
    func withdrawing(_ externalID: String) -> StepEffect?
    /// The effect that keeps a value; nil deletes it.
    func keeping(_ value: JSON?, key: String, for duration: Duration?) -> StepEffect
}

extension ConnectionScriptHost {
    /// Nil.
    public var occurrence: Occurrence? { nil }
    /// Nil: nobody was erased.
    public func ending(placingErased order: Order) async throws -> JSON? { nil }
    /// Nil: every order may be placed.
    public func ending(placing order: Order, asked: Occurrence, _ reorder: Reorder?) async throws -> JSON? { nil }
    /// Nil: every order may be cancelled.
    public func ending(withdrawing order: Order) async throws -> JSON? { nil }
    /// Nil: none is noted.
    public func withdrawing(_ externalID: String) -> StepEffect? { nil }
}

/// A host that answers calls in place of doing them: a dry run's.
public protocol StubbingScriptHost: ScriptHost {
    /// The answer to a call, in place of doing it; nil to do it. Asked before every call that is not remembered.
    /// - Throws: ``HostCallError``, ``AttemptFailure``.
    func stub(for call: String, _ arguments: JSON) async throws -> JSON?
}

/// A host call that failed: an error at the script's line, which the script may catch.
public struct HostCallError: Error, Sendable, Equatable {
    public let code: String
    /// One sentence, without personal data.
    public let message: String
    /// The argument's path, such as `candidate.email`.
    public var path: String?
    public var expected: String?
    /// What was found there: a kind, never a person's value.
    public var found: String?
    public var hint: String?

    public init(_ code: String, _ message: String, path: String? = nil, expected: String? = nil, found: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.path = path
        self.expected = expected
        self.found = found
        self.hint = hint
    }

    /// The error of a field that is missing or malformed.
    public init(_ problem: FieldProblem) {
        self.init("invalid_field", problem.description, path: problem.path, expected: problem.expected, found: problem.found)
    }

    package var json: JSON {
        var json: JSON = ["code": .string(code), "message": .string(message)]
        for (name, value) in [("path", path), ("expected", expected), ("found", found), ("hint", hint)] { json[name] = value.map { .string($0) } }
        return json
    }
}

/// Ends the attempt from inside a host call: the run is tried again later.
public struct AttemptFailure: Error, Sendable, Equatable {
    public let code: String
    /// One sentence, without personal data.
    public let message: String
    public let retryable: Bool
    /// Set when nothing was tried: the attempt does not count, and nothing is tried before this time. Nil where something was tried.
    public let notBefore: Timestamp?
    /// What was expected, what was found, and what to do about it, where that can be said. Never with personal data.
    public var expected: String?
    public var found: String?
    public var hint: String?

    public init(_ code: String, _ message: String, retryable: Bool) {
        self.code = code
        self.message = message
        self.retryable = retryable
        notBefore = nil
    }

    /// The same failure in other words.
    func saying(_ message: String) -> AttemptFailure {
        if let notBefore { return AttemptFailure(code, message, notBefore: notBefore) }
        return AttemptFailure(code, message, retryable: retryable)
    }

    /// An attempt that has to wait, and does not count.
    public init(_ code: String, _ message: String, notBefore: Timestamp) {
        self.code = code
        self.message = message
        retryable = true
        self.notBefore = notBefore
    }
}
