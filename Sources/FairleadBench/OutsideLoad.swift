/// What `fairlead-bench outside` is told.
struct OutsideLoad: Sendable {
    /// Where it listens.
    let port: Int
    /// Where the program in between listens.
    let target: UInt16
    /// How many candidates are sent, all at once unless `pace` is set; with none it only answers.
    let count: Int
    /// Whether the provider calls back; else it is polled.
    let callsBack: Bool
    /// The connections that candidates arrive on: every second on the first, the others in turn on the rest.
    var connections = ["bench"]
    /// The time from one candidate to the next; nil for all at once.
    var pace: Duration?
    /// How many requests of others the provider's list holds from the beginning.
    var listed = 0
    /// How often each order's webhook is sent, once all are ordered; 0 for once, as soon as there is an order.
    var flood = 0

    /// Reads `PORT TARGET COUNT zinc|workerchecks [connections=A,B] [pace_ms=N] [listed=N] [flood=N]`.
    /// - Throws: ``BenchFailure`` where that is something else.
    init(_ arguments: [String]) throws {
        guard arguments.count >= 4, let port = Int(arguments[0]), let target = UInt16(arguments[1]), let count = Int(arguments[2]) else {
            throw BenchFailure("outside: PORT, TARGET and COUNT are numbers, PROVIDER follows")
        }
        (self.port, self.target, self.count, callsBack) = (port, target, count, arguments[3] == "zinc")
        for option in arguments.dropFirst(4) {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            switch (parts[0], parts.last.flatMap { Int($0) }) {
            case ("connections", _) where parts.count == 2: connections = parts[1].split(separator: ",").map(String.init)
            case ("pace_ms", let number?): pace = .milliseconds(number)
            case ("listed", let number?): listed = number
            case ("flood", let number?): flood = number
            default: throw BenchFailure("outside: there is no option \(option)")
            }
        }
    }

    /// The connection that a candidate arrives on.
    func connection(of number: Int) -> String {
        let others = connections.dropFirst()
        return number.isMultiple(of: 2) || others.isEmpty ? connections[0] : others[1 + number / 2 % others.count]
    }
}
