import Logging
import Screening
import Synchronization

/// What was refused at the door: counted at once, and said in the log soon after it begins, then once a minute with how many there were. Whoever floods the
/// host with wrong deliveries fills neither the log nor the memory.
final class RefusedDeliveries: Sendable {
    /// Why a delivery was refused.
    enum Reason: String {
        case badSignature = "bad_signature"
        case unknownConnection = "unknown_connection"
        case unknownAccount = "unknown_account"
        case unknownAddress = "unknown_address"
        case unreadable

        fileprivate var sentence: String {
            switch self {
            case .badSignature: "signature or credentials are not the right ones: compare the secret here with the one at the sender"
            case .unknownConnection: "no connection of that name is configured: compare the address at the ATS"
            case .unknownAccount: "no account of that name is configured: compare the address at the provider"
            case .unknownAddress: "nothing is at the address that was called: compare it with the one given to the sender"
            case .unreadable: "the body could not be read"
            }
        }
    }

    /// Where deliveries were sent to, and why they were refused.
    struct Kind: Hashable {
        let subject: OperatingState.Subject
        let reason: Reason

        /// Whether the name that was called is in no settings.
        var isStranger: Bool { reason == .unknownConnection || reason == .unknownAccount }

        /// The same, whatever name was called.
        var ofStrangers: Kind {
            switch subject {
            case .connection: Kind(subject: .connection(RefusedDeliveries.unknown), reason: reason)
            case .account: Kind(subject: .account(RefusedDeliveries.unknown), reason: reason)
            case .store: self
            }
        }
    }

    /// One line of the log.
    struct Line: Equatable {
        let kind: Kind
        let count: Int
    }

    private struct Entry {
        var count = 0
        var saidAt: Timestamp?
    }

    /// How many names that nobody knows are told apart: senders choose them.
    private static let strangers = 20
    private static let pause = Duration.seconds(60)

    /// What stands for a name that is in no settings. No name can be it.
    static let unknown = "(unknown)"

    private let entries = Mutex<[Kind: Entry]>([:])
    private let meters: Meters

    init(_ meters: Meters = Meters()) { self.meters = meters }

    /// Counts one.
    /// - Parameter subject: the connection or account that was called, as the sender names it.
    /// - Returns: what it was counted as.
    @discardableResult
    func note(_ subject: OperatingState.Subject, _ reason: Reason) -> Kind {
        let kind = entries.withLock { entries in
            var kind = Kind(subject: subject, reason: reason)
            if entries[kind] == nil, reason == .unknownConnection || reason == .unknownAccount {
                let isName = subject.id.utf8.count <= 64 && subject.id.utf8.allSatisfy(\.isInNames)
                if !isName || entries.keys.count(where: { $0.reason == reason }) >= Self.strangers {
                    kind = Kind(subject: reason == .unknownAccount ? .account("(others)") : .connection("(others)"), reason: reason)
                }
            }
            entries[kind, default: Entry()].count += 1
            return kind
        }
        let isKnown = reason != .unknownConnection && reason != .unknownAccount
        let id = isKnown ? kind.subject.id : Self.unknown
        switch kind.subject {
        case .connection: meters.rejected.increment(id, "", reason.rawValue)
        case .account: meters.rejected.increment("", id, reason.rawValue)
        case .store: break
        }
        return kind
    }

    /// What is to be said now. What was quiet for an hour is forgotten.
    func take(at now: Timestamp) -> [Line] {
        let lines = entries.withLock { entries in
            var lines: [Line] = []
            for (kind, entry) in entries {
                if entry.count > 0, entry.saidAt.map({ now < $0 || $0 + Self.pause <= now }) ?? true {
                    lines.append(Line(kind: kind, count: entry.count))
                    entries[kind] = Entry(saidAt: now)
                } else if entry.count == 0, let saidAt = entry.saidAt, saidAt + .seconds(3600) <= now {
                    entries[kind] = nil
                }
            }
            return lines
        }
        return lines.sorted { ($0.kind.subject.kind, $0.kind.subject.id) < ($1.kind.subject.kind, $1.kind.subject.id) }
    }

    /// Says in the log what is to be said now.
    func log(_ environment: Environment) {
        for line in take(at: environment.clock.now()) {
            environment.logger.warning(
                "deliveries refused: \(line.kind.reason.sentence)",
                metadata: [
                    "event": "delivery.refused", line.kind.subject.kind: "\(line.kind.subject.id)", "reason": "\(line.kind.reason.rawValue)",
                    "count": .stringConvertible(line.count),
                ]
            )
        }
    }
}

extension UInt8 {
    /// Whether names in the settings may hold it.
    fileprivate var isInNames: Bool { isASCIILetter || isASCIIDigit || "-_.".utf8.contains(self) }
}
