import Logging
import Plugins
import Screening

extension Quota {
    /// The code of what failed for want of it.
    var code: String {
        switch kind {
        case .orders: "orders_per_hour"
        case .values: "kv_limit"
        case .stored: "stored_limit"
        }
    }

    /// What was used up, and where an operator sets it.
    func sentence(_ limits: ScriptLimits) -> String {
        let (what, name): (String, ScriptLimits.Name) =
            switch kind {
            case .orders: ("has placed \(limits.ordersPerHour) orders in an hour by its scripts", .ordersPerHour)
            case .values: ("keeps \(limits.valueBytes >> 20) MB of values", .valueMegabytes)
            case .stored: ("has had \(limits.storedBytesPerDay >> 20) MB stored in a day", .storedMegabytesPerDay)
            }
        let places = "connections.\(connection).limits or workers.limits"
        return "the connection \(connection) \(what); an operator sets the limit with \(name.rawValue) under \(places)"
    }

    /// Counts and logs that something was refused for want of it.
    func noteRefusal(_ environment: Environment) {
        environment.meters.quotas.increment(connection, kind.rawValue)
        environment.logger.warning(
            "a connection has used up a quota",
            metadata: ["event": "quota.exceeded", "connection": "\(connection)", "quota": "\(kind.rawValue)", "limit": .stringConvertible(limit)]
        )
    }
}
