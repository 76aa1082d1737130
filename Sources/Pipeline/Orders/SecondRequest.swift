import Logging
import Screening

/// Two requests at the provider for one order, as its own answer or webhook says: shown to a person, who has one of them taken back.
enum SecondRequest {
    /// What is written where an order that is known by one reference is named by another; nothing where both are the same.
    static func effects(_ named: String, _ known: String, _ order: Order, _ cause: Update.Cause, _ environment: Environment) -> [Effect] {
        guard named != known else { return [] }
        environment.logger.error("second reference", metadata: ["order": "\(order.id)", "account": "\(order.account)"])
        var next = order
        let message =
            "\(order.provider) names this order's request \(known), and \(named) as well; ask the provider which one stands, "
            + "and have the other cancelled"
        next.status.problem = Problem(code: Problem.secondReference, message: message, at: environment.clock.now())
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
}
