import HTTPTypes
public import Screening
import Synchronization

/// One HTTP exchange of the simulators, as their log keeps it. Credentials are not kept.
public struct LoggedExchange: Sendable, Equatable {
    /// Who asked whom.
    public enum Direction: String, Sendable {
        /// The host asked a simulator.
        case received
        /// A simulator asked the host: a webhook, an ATS event.
        case sent
    }

    /// Its place in the log, from 1.
    public let number: Int
    public let at: Timestamp
    public let direction: Direction
    public let simulator: Simulator
    /// What it was about: `create`, `results`, `webhook`, …; nil where the simulator knows no such operation.
    public let operation: String?
    /// GET, POST, …
    public let method: String
    /// Received: path and query. Sent: the whole URL.
    public let url: String
    /// The `Idempotency-Key` that came with it.
    public let idempotencyKey: String?
    /// The request's body as text, up to 64 KB; credentials are blanked out.
    public let body: String
    /// The answer's status; nil while there is none, and where the connection broke.
    public internal(set) var status: Int?
    /// Why there was no answer.
    public internal(set) var failure: String?

    /// As `GET /control/log` shows it.
    public var json: JSON {
        [
            "number": .int(Int64(number)), "at": JSON(at), "direction": .string(direction.rawValue), "simulator": .string(simulator.rawValue),
            "operation": JSON(operation), "method": .string(method), "url": .string(url), "status": status.map { .int(Int64($0)) } ?? .null,
            "failure": JSON(failure), "idempotency_key": JSON(idempotencyKey), "body": .string(body),
        ]
    }
}

/// Every exchange, oldest first, up to a limit beyond which the oldest are dropped.
final class ExchangeLog: Sendable {
    private struct State {
        var entries: [LoggedExchange] = []
        var dropped = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = max(1, limit) }

    var entries: [LoggedExchange] { state.withLock { $0.entries } }

    /// Notes an exchange that begins; returns its number.
    func begin(
        _ direction: LoggedExchange.Direction,
        _ simulator: Simulator,
        _ operation: String?,
        _ request: WireRequest,
        at timestamp: Timestamp
    ) -> Int {
        let body = Self.readable(request.body)
        return state.withLock { state in
            // A quarter at once, so that a full log does not move its entries with every request.
            if state.entries.count >= limit {
                let surplus = max(1, limit / 4)
                state.entries.removeFirst(surplus)
                state.dropped += surplus
            }
            let number = state.dropped + state.entries.count + 1
            state.entries.append(
                LoggedExchange(
                    number: number,
                    at: timestamp,
                    direction: direction,
                    simulator: simulator,
                    operation: operation,
                    method: request.method.rawValue,
                    url: request.url,
                    idempotencyKey: request.headers[.idempotencyKey],
                    body: body,
                    status: nil,
                    failure: nil
                )
            )
            return number
        }
    }

    func end(_ number: Int, status: Int?, failure: String? = nil) {
        state.withLock { state in
            let index = number - state.dropped - 1
            guard state.entries.indices.contains(index) else { return }
            state.entries[index].status = status
            state.entries[index].failure = failure
        }
    }

    func clear() {
        state.withLock { state in
            state.dropped += state.entries.count
            state.entries = []
        }
    }

    private static func readable(_ bytes: [UInt8]) -> String {
        if var json = try? JSON(parsing: bytes), json["widgetSecret"] != nil {
            json["widgetSecret"] = "‹secret›"
            return json.string()
        }
        return String(decoding: bytes.prefix(65_536), as: UTF8.self)
    }
}
