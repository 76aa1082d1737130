import Logging
import Screening

/// A request at the provider that should not be there: a second one for one order, or one for an order that ended here. It is shown to a person, who has one of
/// them taken back and then says so (``Resolution/release``).
enum SecondRequest {
    /// What is written where an order that is known by one reference is named by another; nothing where both are the same, or a person has seen to it.
    static func effects(_ named: String, _ known: String, _ order: Order, _ cause: Update.Cause, _ environment: Environment) -> [Effect] {
        guard named != known, !order.record.settledRequests.contains(named) else { return [] }
        environment.logger.error(
            "second reference",
            metadata: ["event": "order.second_reference", "order": "\(order.id)", "account": "\(order.account)"]
        )
        var next = order
        let message =
            "\(order.provider) names this order's request \(known), and \(named) as well; ask the provider which one stands, "
            + "have the other cancelled, and say so by release"
            + (order.record.isAdopted ? "; where \(known) was adopted and is the wrong one, release it once more" : "")
        next.status.problem = Problem(code: Problem.secondReference, message: message, at: environment.clock.now())
        next.record.secondRequest = named
        return OrderChange(
            from: order,
            to: next,
            cause: cause,
            kind: "problem",
            text: "the provider named a second reference",
            details: ["provider_ref": .string(known), "second_ref": .string(named)],
            environment
        ).effects
    }

    /// Whether it is the order's own request that should not be there any more: the order was cancelled or replaced.
    static func isOwn(_ order: Order) -> Bool {
        switch order.status.problem?.code {
        case Problem.standsAtProvider: true
        case Problem.secondReference: order.replacedBy != nil && order.record.secondRequest == nil
        default: false
        }
    }

    /// Whether a report says that the request of an order that was cancelled here goes on, which the order does not show yet.
    static func isNews(_ report: Report, of order: Order) -> Bool {
        guard order.state == .cancelled, case .recognised(let state) = report.status, state.isOpen else { return false }
        return ![Problem.secondReference, Problem.standsAtProvider].contains(order.status.problem?.code) && !order.hasSettledRequest
    }

    /// Shows on a cancelled order that a webhook says its request goes on, which could not be confirmed. A read takes that away, or confirms it; until then
    /// nothing is ordered in the order's place. What says that it is over takes nothing away here.
    static func suspect(on next: inout Order, from present: Order, _ report: Report?, _ environment: Environment) {
        if next.state == .cancelled, present.status.problem?.code == Problem.standsAtProvider { next.status.problem = present.status.problem }
        guard let report, isNews(report, of: next) else { return }
        environment.logger.error(
            "an order that ended may stand at its provider",
            metadata: ["event": "order.may_stand_at_provider", "order": "\(next.id)"]
        )
        next.status.problem = Problem(code: Problem.standsAtProvider, message: suspicion(of: next), at: environment.clock.now())
    }

    private static func suspicion(of order: Order) -> String {
        "the order is cancelled, and a webhook says that \(order.provider) has a request for it that goes on, which could not be confirmed yet; "
            + "the provider is asked until it answers (cancel asks it to cancel again), or say by release that it is seen to"
    }

    /// Shows on an order which ended here, or in whose place another was ordered, that its provider has a request for it that goes on; or that this is over.
    /// - Parameters:
    ///   - present: the order before.
    ///   - report: what the provider says of it at present; nil where it said no more than that it has one.
    static func show(on next: inout Order, from present: Order, _ report: Report?, _ environment: Environment) {
        var isOver = false
        var goesOn = next.state.isOpen
        if next.state == .cancelled {
            if case .recognised(let state)? = report?.status {
                (goesOn, isOver) = (state.isOpen, !state.isOpen)
            } else {
                // One that was never known before stands, unless its provider says that it does not.
                goesOn = present.providerRef == nil && next.providerRef != nil
            }
        }
        if isOver, next.status.problem?.code == Problem.standsAtProvider { next.status.problem = nil }
        guard goesOn, !present.state.isOpen, !next.hasSettledRequest else { return }
        let now = environment.clock.now()
        func show(_ code: String, _ message: String) {
            // What was only suspected is known now.
            let isSuspected = code == Problem.standsAtProvider && next.status.problem?.message == Self.suspicion(of: present)
            guard next.status.problem?.code != code || isSuspected else { return }
            environment.logger.error(
                "an order that ended stands at its provider",
                metadata: ["event": "order.stands_at_provider", "order": "\(present.id)"]
            )
            next.status.problem = Problem(code: code, message: message, at: now)
        }
        if let newer = present.replacedBy {
            let message = "\(present.provider) has a request for this order after all, and \(newer) was ordered in its place"
            show(Problem.secondReference, message + "; have one of them cancelled, and say so by release")
        } else if next.state == .cancelled, next.status.problem?.code != Problem.secondReference {
            let message = "the order is cancelled, and \(present.provider) has a request for it that goes on; have it cancelled there"
            show(Problem.standsAtProvider, message + " (cancel asks again), or say by release that it is seen to")
        }
    }
}

extension Order {
    /// Whether a person has seen to it that its request at the provider is no trouble.
    fileprivate var hasSettledRequest: Bool { providerRef.map(record.settledRequests.contains) ?? false }
}
