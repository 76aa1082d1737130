import Screening

extension OrderSituation {
    /// Where the order stands and why, since when, what the ATS was told, what comes next, and what would change it. Names nobody.
    /// - Parameter showsPersonal: whether what providers, scripts and people wrote may be quoted.
    public func explanation(showsPersonal: Bool) -> String {
        let voice = OrderVoice(situation: self, words: Wording(now: now), showsPersonal: showsPersonal)
        return voice.sentences.map { sentence in [".", "!", ".”", "!”", "?”"].contains { sentence.hasSuffix($0) } ? sentence : sentence + "." }
            .joined(separator: " ")
    }
}

/// Says one order's situation in sentences.
struct OrderVoice {
    let situation: OrderSituation
    let words: Wording
    let showsPersonal: Bool

    var order: Order { situation.order }
    var provider: String { situation.providerTitle }
    var problem: Problem? { order.status.problem }

    var sentences: [String] {
        var all = [standing]
        // What was told at once belongs to what happened.
        if let told, problem == nil, situation.ats.pending == nil {
            all[0] += "; " + told
        } else if let told {
            all.append(told.prefix(1).uppercased() + told.dropFirst())
        }
        all += [pending, trouble, next, usual, expectation, replaced].compactMap(\.self)
        return all
    }

    private var since: String { words.moment(situation.stateSince) }

    /// How long whoever has it has had it by now.
    private var held: String { Wording.span(situation.now - order.time.since) }

    /// Where it stands, since when and why, without the full stop.
    private var standing: String {
        switch order.state {
        case .accepted: return accepted
        case .submitting: return "Being sent to \(provider) since \(since)" + (isLate ? "; its answer is not there yet" : "")
        case .uncertain:
            return "Nobody knows since \(since) whether \(provider) has the order, and it is not sent again by itself"
        case .requested: return "With the candidate for \(held): \(provider) has had the request since \(since), and waits for the candidate to begin"
        case .awaitingCandidate: return "With the candidate for \(held): since \(since) \(provider) waits for something that the candidate has to do"
        case .inProgress: return "With \(provider) for \(held): the checks have been under way since \(since)"
        case .paused: return "With the recruiter for \(held): \(provider) paused the screening on \(since), until somebody there has it go on"
        case .attentionNeeded: return "With the recruiter for \(held): on \(since) \(provider) asked for something that the recruiter has to do"
        case .readyForReview: return "With the recruiter for \(held): the result has been ready for review at \(provider) since \(since)"
        case .completed: return "Completed on \(since), \(outcome)"
        case .reviewed: return "Reviewed on \(since), \(outcome)"
        case .cancelled: return "Cancelled on \(since)"
        case .refused:
            let base = "\(provider) refused the order on \(since), and nothing was ordered"
            if problem?.code == Problem.discarded { return base + "; a person decided \(letBe)" }
            let why = showsPersonal ? problem.map { ": \(Wording.quoted($0.message))" } ?? "" : ""
            return base + why
        case .failed: return failed
        }
    }

    private var isLate: Bool { situation.now - situation.stateSince > .seconds(60) }

    private var outcome: String {
        if let outcome = order.outcome { return "with the outcome \(outcome.rawValue)" }
        return "without an outcome" + (order.state == .completed && situation.isRead ? " so far" : "")
    }

    private var failed: String {
        switch problem?.code {
        case Problem.abandoned?: "Given up by a person on \(since), while \(provider) may have the order"
        case Problem.discarded?:
            "It failed, and a person decided \(letBe)"
        default: "Given up on \(since) (\(problem?.code ?? "failed")): \(provider) does not have it"
        }
    }

    /// When a person decided that it stays as it is.
    private var letBe: String { "on \(words.moment(problem?.at ?? situation.stateSince)) that nothing is to be done about it" }

    private var accepted: String {
        let base = "Accepted on \(words.moment(order.createdAt)) and not sent to \(provider) yet"
        if let waiting { return "\(base): \(waiting)" }
        if !situation.isAccountConfigured { return "\(base): the account \(order.account) is not configured" }
        if let problem { return "\(base): \(failure(problem))" }
        if order.record.withdrawnAt != nil { return "\(base): the candidate was withdrawn, and it is being cancelled" }
        return "\(base): it is in the queue"
    }

    /// Why the last attempt at sending it failed.
    private func failure(_ problem: Problem) -> String {
        let what: String =
            switch problem.code {
            case "unauthorised": "\(provider) answered this order with HTTP 403"
            case "rate_limited": "\(provider) was asked too often"
            case "unavailable": "\(provider) could not be reached or is out of order"
            case "map_request_failed": "the script's map_request failed"
            case "account_missing": "the account \(order.account) is not configured"
            default: "the last attempt failed (\(problem.code))"
            }
        return what + " \(words.at(problem.at))" + (showsPersonal ? " (\(Wording.quoted(problem.message)))" : "")
    }

    /// What keeps it from being sent.
    private var waiting: String? {
        if let pause = situation.connectionPause {
            return pause.obstacle(of: order.connection).reason(provider, words, showsPersonal: showsPersonal)
        }
        return situation.accountObstacle?.reason(provider, words, showsPersonal: showsPersonal)
    }

    /// How long whoever has it usually takes, from the account's own history.
    private var usual: String? {
        guard let holder = order.holder, holder != .us, let most = situation.usualForHolder?.quantile(0.9) else { return nil }
        let party = holder == .provider ? provider : "the \(holder.rawValue)"
        let day = most.components.seconds / 86_400 + 1
        return "Usually 9 of 10 are done with \(party) " + (most < .seconds(86_400) ? "within \(Wording.span(most))" : "by day \(day)")
    }

    /// How long it is usually, and whether it is late.
    private var expectation: String? {
        guard order.state.isOpen else { return nil }
        if situation.isOlderThanUsual, let begun = situation.begun, let most = situation.usual?.quantile(0.9) {
            let age = Wording.span(situation.now - begun)
            return "It is older than 9 of 10: these were done within \(Wording.span(most)), and it has taken \(age)"
        }
        if let (from, to) = situation.expected {
            let (first, last) = (words.day(from), words.day(to))
            return first == last ? "It is expected on \(first)" : "It is expected from \(first) to \(last)"
        }
        return nil
    }

    private var replaced: String? { order.replacedBy.map { "\($0) was ordered in its place: the ATS hears of that one" } }
}
