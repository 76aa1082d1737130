import Plugins
public import Screening

/// A golden case of a plugin: a hook's input, the answers to its calls, and the result it must have. Or, for `map`, an input alone.
public struct Fixture: Sendable {
    /// How the hook must end.
    public enum Result: String, Sendable, CaseIterable {
        case done
        case rejected
        case skipped
        case parked
        case retry
        /// It failed: an error, a limit, a crash.
        case failed
    }

    /// The result it must have. Members that are nil are not checked.
    public struct Expectation: Sendable {
        public var result = Result.done
        /// What it said when it ended, word for word.
        public var reason: String?
        /// The seconds that `ctx.retry` asked for.
        public var after: JSON?
        /// The orders placed, in order; each holds at least these members.
        public var orders: [JSON]?
        /// What the hook returned; of a route the reply, whose `json` must be equal.
        public var reply: JSON?
        /// Members of the failure, such as `code`, `line` or `path`.
        public var error: JSON?
        /// The names of all calls made, in order.
        public var calls: [String]?
        /// What was logged, in order; each holds at least these members.
        public var logs: [JSON]?

        /// Whether the file says nothing of what must come of it: it waits to be written by an update, and passes as nothing.
        public var isMissing = false

        /// Expects that the hook returns.
        public init() {}
    }

    /// The time that scripts see where a fixture names none.
    public static let defaultNow = Timestamp(milliseconds: 1_767_225_600_000)

    /// Its name: that of its file, without the ending.
    public var name: String
    /// The file as given; what problems show.
    public var file: String
    /// `on_event`, a route's key, …; nil where method and path decide.
    public var hook: String?
    /// What the hook is called with, as written: a delivery, an update, or the arguments of a provider's hook.
    public var input: JSON
    /// The connection's settings; nil where the caller's connection has its own.
    public var settings: JSON?
    /// Secrets that must have a certain value, for signatures; all others are placeholders.
    public var secrets: [String: String] = [:]
    /// The connection's name; nil where any will do.
    public var connection: String?
    /// The accounts it may order from; nil where the connection's own, or an invented one, will do.
    public var accounts: [String]?
    /// The time, which stands still.
    public var now = Fixture.defaultNow
    /// The calls that are answered here, in order.
    public var steps: [FixtureStep] = []
    public var expect = Expectation()

    public init(name: String, file: String = "", hook: String?, input: JSON, settings: JSON? = nil) {
        self.name = name
        self.file = file
        self.hook = hook
        self.input = input
        self.settings = settings
    }

    /// A delivery alone, as `map` takes it: whatever the ATS would send.
    /// - Parameter path: the path after the connection; nil where the plugin's first inbound path will do.
    public static func delivery(
        _ body: [UInt8],
        name: String,
        method: String = "POST",
        path: String? = nil,
        query: [String: String] = [:],
        headers: [String: String] = [:]
    ) -> Fixture {
        var input: JSON = ["method": .string(method), "query": JSON(texts: query), "headers": JSON(texts: headers)]
        input["path"] = path.map { .string($0) }
        if let text = String(validating: body, as: UTF8.self) {
            input["raw"] = .string(text)
        } else {
            input["raw_base64"] = .string(body.base64)
        }
        var fixture = Fixture(name: name, hook: nil, input: input)
        fixture.expect.isMissing = true
        return fixture
    }

    /// What `hook` is called with: the input with everything in place that a real delivery has.
    package func hookInput(for hook: String) -> JSON {
        if let arguments = input.items { return ["args": .array(arguments.map(deliveryIfAny))] }
        if let arguments = input["args"]?.items { return ["args": .array(arguments.map(deliveryIfAny))] }
        if !Fixture.takesDelivery(hook) { return input }
        var delivery = self.delivery(input)
        if let route = HookList.Route(hook) {
            if input["method"] == nil { delivery["method"] = .string(route.method) }
            if input["path"] == nil { delivery["path"] = .string(String(hook.drop { $0 != "/" })) }
            let method = delivery["method"]?.text ?? ""
            if input["params"] == nil, let parameters = route.parameters(method: method, path: delivery["path"]?.text ?? "") {
                delivery["params"] = JSON(texts: parameters)
            }
        }
        return delivery
    }

    package static func takesDelivery(_ hook: String) -> Bool { hook == "on_event" || hook.contains("/") }

    private func deliveryIfAny(_ value: JSON) -> JSON {
        value["body"] != nil || value["raw"] != nil || value["headers"] != nil ? delivery(value) : value
    }

    private func delivery(_ given: JSON) -> JSON {
        var delivery: JSON = [
            "id": "evt_fixture", "kind": "ats", "received_at": JSON(now), "method": "POST", "path": "/", "params": [:], "query": [:], "headers": [:],
        ]
        for (name, value) in given.members?.pairs ?? [] where name != "body" && name != "headers" { delivery[name] = value }
        for (name, value) in given["headers"]?.members?.pairs ?? [] {
            delivery["headers"]?[name.lowercased()] = value.identifier.map { .string($0) } ?? value
        }
        if let body = given["body"] { delivery["raw"] = .string(body.string()) }
        return delivery
    }
}
