import Logging
import Plugins
import Screening

// What becomes of an order after an attempt to send it, worked out on the order as it stands when it is written.
extension SubmitStage {
    /// Nothing was ordered, and nothing will be.
    func refuse(_ order: Order, _ error: ProviderError, text: String, logs: [JSON] = []) -> StageResult {
        environment.meters.submissions.increment(order.account, "refused")
        return .settle(order: order.id) { [environment] present in
            guard present.state == .submitting || present.state == .accepted else { return (Decision(.done), []) }
            var next = present
            // "It is there already" may be about the attempt that was never answered.
            let isDoubtful = present.record.hasLostAnswer && error.status == 409
            next.status.state = isDoubtful ? .uncertain : .refused
            next.status.problem =
                isDoubtful
                ? Problem(
                    code: "uncertain",
                    message:
                        "\(present.provider) refuses the order as one that it has (\(error.message.value)), and never answered an earlier attempt. "
                        + "Look there, then adopt its reference, resubmit or abandon.",
                    at: environment.clock.now()
                )
                : Problem(code: "refused", message: error.message.value, at: environment.clock.now())
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: "submitted",
                text: text,
                details: SubmitStage.details(SubmitStage.details(error), logs),
                environment
            )
            return (Decision(.done, change.effects), change.update.map { [$0] } ?? [])
        }
    }

    /// The account's credentials were rejected, and nothing was ordered: the order waits for them, its attempt unspent.
    func wait(_ order: Order, _ error: ProviderError, isForbidden: Bool) -> StageResult {
        environment.meters.submissions.increment(order.account, "retried")
        let due = accounts.nextLook() + (isForbidden ? .seconds(60) : .zero)
        return .settle(order: order.id) { [environment] present in
            guard present.state == .accepted || present.state == .submitting else { return (Decision(.done), []) }
            var next = present
            next.status.state = .accepted
            let message = "\(present.provider) rejected the account's credentials (\(error)); the order goes out when they are put right"
            next.status.problem = isForbidden ? Problem(code: error.code.rawValue, message: message, at: environment.clock.now()) : nil
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: "problem",
                text: "not sent: the account's credentials are rejected",
                details: SubmitStage.details(error),
                environment
            )
            return (Decision(.again(at: due, spent: false), change.effects), [])
        }
    }

    /// What becomes of a submission that is decided about on an order which is not `submitting` any more: an order that is to be sent keeps its work.
    static func disposition(_ present: Order, _ environment: Environment) -> Decision.Disposition {
        present.state == .accepted ? .again(at: environment.clock.now(), spent: false) : .done
    }

    /// The provider surely did not act: back to `accepted`, and tried again later; given up when the schedule is through. While the account rests no
    /// attempt is spent.
    func fail(
        _ claim: Claim,
        _ order: Order,
        code: String,
        message: String,
        asked: Duration?,
        restsUntil rest: Timestamp? = nil,
        logs: [JSON] = []
    ) -> StageResult {
        let now = environment.clock.now()
        let schedule = retries.mayPass
        let due = rest ?? schedule.next(after: claim.attempt, at: now, least: asked, environment.random)
        environment.meters.submissions.increment(order.account, due == nil ? "given_up" : "retried")
        if rest == nil, let alert = schedule.alert(after: claim.attempt) {
            environment.logger.error(
                "an order has used up \(alert.rawValue) of its attempts to be sent",
                metadata: [
                    "event": "order.attempts_used", "order": "\(order.id)", "account": "\(order.account)",
                    "attempt": .stringConvertible(claim.attempt), "code": "\(code)",
                ]
            )
        }
        return .settle(order: order.id) { [environment] present in
            guard present.state == .accepted || present.state == .submitting else { return (Decision(.done), []) }
            var next = present
            next.status.state = due == nil ? .failed : .accepted
            next.status.problem = Problem(code: code, message: message, at: now)
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: "problem",
                text: due.map { "not sent; next attempt at \($0)" } ?? "given up after \(claim.attempt) attempts",
                details: SubmitStage.details(["code": .string(code)], logs),
                environment
            )
            return (Decision(due.map { .again(at: $0, spent: rest == nil) } ?? .done, change.effects), change.update.map { [$0] } ?? [])
        }
    }

    func uncertain(_ order: Order, _ error: ProviderError) -> StageResult {
        environment.meters.submissions.increment(order.account, "uncertain")
        return .settle(order: order.id) { [environment] present in
            guard present.state == .submitting else { return (Decision(SubmitStage.disposition(present, environment)), []) }
            var next = present
            next.status.state = .uncertain
            next.status.problem = Problem(
                code: "uncertain",
                message: "\(present.provider) may or may not have the order (\(error.text)); it is not sent again. "
                    + "Look there, then adopt its reference, resubmit or abandon.",
                at: environment.clock.now()
            )
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: "problem",
                text: error.code == .unreadable
                    ? "the provider answered, but its answer lacks the id of a request" : "the provider's answer was lost",
                details: SubmitStage.details(error),
                environment
            )
            return (Decision(.done, change.effects), change.update.map { [$0] } ?? [])
        }
    }

    /// - Parameter isFound: whether it was looked for, rather than just created: then it may be no other order's, and how it stands by now is read at once.
    func settled(_ id: String, _ submission: Submission, isFound: Bool = false) -> StageResult {
        .settle(order: id) { [environment] present in
            if let known = present.providerRef {
                return (Decision(.done, SecondRequest.effects(submission.reference, known, present, .submit, environment)), [])
            }
            var next = present
            next.providerRef = submission.reference
            let report = submission.report ?? Report(status: .recognised(.requested))
            next.status = StateMachine.status(after: report, from: present.status, at: environment.clock.now())
            if !next.state.isReported { next.status.state = .requested }
            SecondRequest.show(on: &next, from: present, submission.report, environment)
            let change = OrderChange(
                from: present,
                to: next,
                cause: .submit,
                kind: "submitted",
                text: "\(present.provider) has the order",
                details: ["provider_ref": .string(submission.reference)],
                isAlone: isFound,
                environment
            )
            var effects = change.effects
            if isFound, submission.report == nil, environment.registry.account(present.account)?.capabilities.report == true {
                effects.append(.queue(QueuedWork(.read(order: id), account: present.account, due: environment.clock.now(), priority: 0)))
            }
            return (Decision(.done, effects), change.update.map { [$0] } ?? [])
        }
    }

    /// The details with what a script logged: for those who may read personal data.
    static func details(_ details: JSON, _ logs: [JSON]) -> JSON {
        var details = details
        if !logs.isEmpty { details["logs"] = .array(logs) }
        return details
    }

    static func details(_ error: ProviderError) -> JSON {
        [
            "error": .string(error.code.rawValue), "http_status": error.status.map { .int(Int64($0)) } ?? .null,
            "provider_code": JSON(error.providerCode), "script": JSON(error.script?.text),
        ]
    }
}
