import Screening

// What stands in an order's way, what comes next, and who or what would change it.
extension OrderVoice {
    /// What is wrong with it, and what to do about that.
    var trouble: String? {
        let id = order.id
        switch problem?.code {
        case nil: return nil
        case "unrecognised_status"?, "unrecognised_result"?:
            let what = problem?.code == "unrecognised_status" ? "a status" : "a result"
            let since = words.at(problem?.at ?? situation.now).capitalisedStart
            guard showsPersonal, let said = problem?.message else {
                return "\(since) \(provider) sent \(what) that is not known here; the next that is known clears it"
            }
            return "\(since): \(said); the next that is known clears it"
        case "read_failed"?:
            return "\(provider) has not said how it stands since \(words.moment(problem?.at ?? situation.now))\(quotation)"
        case Problem.unknownAtProvider?:
            let hint = order.record.isAdopted ? "; where the wrong one was adopted: fairlead order resolve \(id) --release" : ""
            return "\(provider) did not know the order in several reads: look for it there\(hint)"
        case Problem.secondReference?:
            return "\(provider) has two requests for it: ask which one stands, have the other cancelled, then say so: "
                + "fairlead order resolve \(id) --release"
        case Problem.standsAtProvider?:
            return
                "\(provider) has a request for it that goes on: have it cancelled there (fairlead order cancel \(id) asks again), or say that it is "
                + "seen to: fairlead order resolve \(id) --release"
        default:
            // Said where it stands.
            guard ![.accepted, .submitting, .uncertain, .refused, .failed].contains(order.state), let problem else { return nil }
            return "It has the problem \(problem.code)\(quotation)"
        }
    }

    private var quotation: String { showsPersonal ? problem.map { ": \(Wording.quoted($0.message))" } ?? "" : "" }

    /// What happens next and when, or who has to do what.
    var next: String? {
        let id = order.id
        switch order.state {
        case .accepted: return nextSending
        case .submitting:
            if let obstacle = situation.accountObstacle { return sentence(obstacle) }
            return order.record.sentAt.map { situation.now - $0 > .seconds(60) } ?? false
                ? "It is looked for at \(provider), and left to a person where that does not show" : nil
        case .uncertain:
            let webhook = situation.capabilities?.webhooks == true ? "; a webhook of \(provider) about it settles it as well" : ""
            return "Look at \(provider), then: fairlead order resolve \(id) --adopt REF, --resubmit or --abandon\(webhook)"
        case .refused:
            guard order.replacedBy == nil else { return nil }
            guard problem?.code != Problem.discarded else { return "It can still be sent again: fairlead order retry \(id)" }
            return "What was wrong can be mended as it is sent again: fairlead order retry \(id)"
        case .failed:
            guard order.replacedBy == nil else { return nil }
            switch problem?.code {
            case Problem.abandoned?: return "Where that was a mistake: fairlead order resolve \(id) --release"
            case Problem.discarded?: return "It can still be sent again: fairlead order retry \(id)"
            default: return "To send it again: fairlead order retry \(id); to leave it: fairlead order discard \(id)"
            }
        case .completed, .reviewed, .cancelled: return situation.isRead ? nextReading : nil
        case .requested, .awaitingCandidate, .inProgress, .paused, .attentionNeeded, .readyForReview: return nextReading
        }
    }

    private var nextSending: String? {
        if let pause = situation.connectionPause {
            return sentence(pause.obstacle(of: order.connection), saysWhy: false)
        }
        if let obstacle = situation.accountObstacle { return sentence(obstacle, saysWhy: false) }
        guard let next = situation.nextAttemptAt else { return nil }
        if next <= situation.now { return "It is sent as soon as it is its turn" }
        return "The next attempt is \(words.at(next))"
    }

    /// - Parameter saysWhy: whether it was not said before why it waits.
    private func sentence(_ obstacle: Obstacle, saysWhy: Bool = true) -> String {
        let remedy = obstacle.remedy(provider, words)
        guard saysWhy else { return remedy.capitalisedStart }
        return "Nothing is asked of \(provider), for \(obstacle.reason(provider, words, showsPersonal: showsPersonal)); \(remedy)"
    }

    private var nextReading: String? {
        guard situation.isRead else {
            guard order.state.isOpen else { return nil }
            if situation.capabilities?.webhooks == true { return "\(provider) says by webhook when it goes on" }
            return situation.isAccountConfigured
                ? "Nothing says how it goes on: \(provider) is not asked, and sends no webhooks"
                : "Nothing is asked of \(provider): the account \(order.account) is not configured"
        }
        if let obstacle = situation.accountObstacle, !isUnclear(obstacle) { return sentence(obstacle) }
        guard let next = situation.nextReadAt else { return nil }
        guard let ahead = situation.readsAhead, ahead > 0 else {
            return next <= situation.now ? "\(provider) is asked now" : "\(provider) is asked next \(words.at(next))"
        }
        let place = "\(Wording.ordinal(ahead + 1)) in line"
        guard let rate = situation.readsPerMinute, rate > 0 else {
            return "\(provider) is asked next \(words.at(max(next, situation.now))) (\(place))"
        }
        let turn = max(next, situation.now + .seconds(Int64(ahead) * 60 / Int64(rate)))
        return "\(provider) is asked next \(words.at(turn)) (\(place), at most \(rate) reads a minute)"
    }

    /// Whether it is about creating orders alone.
    private func isUnclear(_ obstacle: Obstacle) -> Bool {
        if case .unclear = obstacle { return true }
        return false
    }
}

extension String {
    /// The text with its first letter in upper case, unless it begins with a command.
    var capitalisedStart: String { hasPrefix("fairlead ") ? self : prefix(1).uppercased() + dropFirst() }
}
