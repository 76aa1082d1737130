import Pipeline
import Screening

// What the API shows of things, by whether the asker may see personal data. What may not be seen is left out, not blanked.

extension Order {
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal else { return json }
        var view = json
        view["candidate"] = nil
        view["report_url"] = nil
        view["metadata"] = nil
        // The message may quote the provider, and the provider a person.
        if let problem = standing.problem {
            view["problem"]?["message"] = .string("See the order's timeline, or ask somebody who may read personal data (\(problem.code)).")
        }
        view["checks"] = .array(
            standing.checks.map { check in
                var json = check.json
                json["name"] = nil
                return json
            }
        )
        return view
    }
}

extension Order {
    /// The order with what happens next. An order that waits for its account shows the account's problem, unless it has one of its own.
    func view(_ principal: Principal, _ outlook: Outlook) -> JSON {
        var view = view(principal)
        if let obstacle = outlook.obstacle, standing.problem == nil { view["problem"] = obstacle }
        view["next_attempt_at"] = JSON(outlook.nextAttemptAt)
        view["next_read_at"] = JSON(outlook.nextReadAt)
        return view
    }
}

extension Commands {
    /// An order as it is shown alone: with what happens next.
    func view(_ order: Order, _ principal: Principal) async throws -> JSON { order.view(principal, try await outlook(of: order)) }
}

extension TimelineEntry {
    /// The entry; its note where that may be seen.
    func view(_ principal: Principal) -> JSON {
        var view = json
        if !principal.seesPersonal { view["note"] = nil }
        return view
    }
}

extension Event {
    /// The event without what was received.
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal, let problem else { return json }
        var view = json
        // A script's reason may quote a person.
        view["problem"]?["message"] = .string("See the event's run (\(problem.code)).")
        return view
    }

    /// The event with what was received, where that may be seen.
    func fullView(_ principal: Principal) -> JSON {
        guard principal.seesPersonal else { return view(principal) }
        var view = json
        let received = request.value
        var shown: JSON = [
            "method": .string(received.method), "path": .string(received.path), "query": JSON(texts: received.query),
            "headers": JSON(texts: received.headers),
        ]
        if let text = String(validating: received.body, as: UTF8.self) {
            shown["body"] = .string(text)
        } else {
            shown["body_base64"] = .string(received.body.base64)
        }
        view["request"] = shown
        return view
    }
}

extension Run {
    /// The run without its steps.
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal, let kind = result?.value["kind"] else { return json }
        var view = json
        view["result"] = ["kind": kind]
        return view
    }

    func view(_ principal: Principal, input: JSON?, steps: [Step]) -> JSON {
        var view = view(principal)
        if principal.seesPersonal, let input { view["input"] = input }
        view["steps"] = .array(steps.map { $0.view(principal) })
        return view
    }
}

extension Step {
    func view(_ principal: Principal) -> JSON {
        guard !principal.seesPersonal else { return json }
        var view = json
        view["request"] = nil
        view["reply"] = nil
        return view
    }
}
