import Screening
import Synchronization

/// The orders of webhooks whose head was admitted and whose body is on its way: they are not looked for once more when it is there.
final class AdmittedAddresses: Sendable {
    /// What an address says of its order, which does not change while the address leads to it.
    struct Address: Sendable {
        let order: String
        let connection: String
        let account: String
    }

    /// The most that are remembered; who finds no place is looked for again.
    private static let limit = 1024
    /// How long a body is waited for.
    private static let lifetime = Duration.seconds(30)
    private let admitted = Mutex<[String: (address: Address, at: Timestamp)]>([:])

    /// Remembers where a token leads.
    func note(_ address: Address, for token: String, at now: Timestamp) {
        admitted.withLock { admitted in
            if admitted.count >= Self.limit { admitted = admitted.filter { $0.value.at <= now && now < $0.value.at + Self.lifetime } }
            if admitted.count < Self.limit { admitted[token] = (address, now) }
        }
    }

    /// Where a token that was admitted just now leads; nil where it is to be looked for. Forgets it.
    func take(_ token: String, at now: Timestamp) -> Address? {
        admitted.withLock { admitted in
            guard let (address, noted) = admitted.removeValue(forKey: token), noted <= now, now < noted + Self.lifetime else { return nil }
            return address
        }
    }
}
