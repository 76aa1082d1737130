public import Screening

extension Step {
    private static let reads: Set = ["packages", "orders.get", "orders.find", "kv.get"]
    private static let ownValues: Set = ["now", "uuid", "random", "hmac"]
    private static let refusable: Set = ["orders.place", "kv.set", "kv.delete"]

    /// Whether the call only asks for something that may be different by now.
    public var isRead: Bool {
        if kind == "http" { return ["GET", "HEAD"].contains(request.value["method"]?.text?.uppercased() ?? "GET") }
        return Self.reads.contains(kind)
    }

    /// Whether the call changed something, or may have. What a script makes for itself, such as `now`, is neither a read nor an act, and what the host
    /// refused did nothing.
    var isAct: Bool { !isRead && !Self.ownValues.contains(kind) && !wasRefused }

    /// Whether a later look at the present state asks it anew, where nothing was changed since.
    var isAskedAnew: Bool { isRead || wasRefused }

    private var wasRefused: Bool { Self.refusable.contains(kind) && !(reply?.value["error"] ?? .null).isNull }

    /// What the call is, for an error: never with what a person wrote.
    var described: String {
        guard kind == "http" else { return kind }
        let arguments = request.value
        let words = ["http", arguments["method"]?.text?.uppercased() ?? "GET", arguments["url"]?.text.flatMap { URLParts($0)?.origin }]
        return words.compactMap { $0 }.joined(separator: " ")
    }

    /// The paths of the arguments in which two calls differ, at most three; never their values.
    func differences(from other: Step) -> [String] {
        func paths(_ mine: JSON?, _ theirs: JSON?, at path: String) -> [String] {
            if mine == theirs { return [] }
            guard let mine = mine?.members, let theirs = theirs?.members else { return [path] }
            var names = mine.pairs.map(\.name)
            for (name, _) in theirs.pairs where mine[name] == nil { names.append(name) }
            return names.flatMap { paths(mine[$0], theirs[$0], at: path.isEmpty ? $0 : path + "." + $0) }
        }
        return Array(paths(request.value, other.request.value, at: "").prefix(3))
    }
}

extension AttemptFailure {
    /// The failure of a script that makes another call than it made at this place in an earlier attempt.
    static func nondeterministic(_ step: Step, _ before: Step) -> AttemptFailure {
        let isSame = before.described == step.described
        let present = isSame ? "the same call with other arguments" : step.described
        let paths = step.differences(from: before)
        var failure = AttemptFailure(
            "nondeterministic_script",
            "step \(step.number) was \(before.described) in an earlier attempt and is \(present) now; "
                + "a script must make the same calls with the same arguments each time it is run for the same input",
            retryable: false
        )
        failure.expected = before.described
        failure.found = isSame && !paths.isEmpty ? "\(step.described) with another \(paths.joined(separator: ", "))" : step.described
        failure.hint =
            "ctx.run.attempt and what is not in the input must not decide which calls are made; ctx.now, ctx.uuid and ctx.random stay the same"
        return failure
    }
}

extension [Step] {
    /// Looks for an order to withdraw after which nothing was cancelled. A person may have asked for it again since: it is looked for anew.
    public var unfinishedWithdrawals: [Step] {
        let cancelled =
            last {
                guard $0.kind == "orders.cancel", let answer = $0.reply?.value["value"] else { return false }
                return answer["ends"] == nil
            }?.number ?? 0
        return filter { $0.kind == "orders.find" && $0.request.value["withdrawn"]?.boolean == true && $0.number > cancelled }
    }

    /// What a run only read since it last changed something, oldest first: a look at the present state asks it anew.
    public var readsSinceLastAct: [Step] {
        let last = lastIndex { $0.isAct }.map { $0 + 1 } ?? 0
        return self[last...].filter(\.isAskedAnew)
    }
}
