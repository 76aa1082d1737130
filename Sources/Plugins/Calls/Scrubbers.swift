import Screening
import Synchronization

/// The scrubbers of connections whose scripts were answered lately: making one takes longer than using it.
final class Scrubbers: Sendable {
    private struct Known {
        let secrets: [String: [Secret]]
        let scrubber: SecretScrubber
    }

    /// How many are kept.
    private static let maximum = 64
    private let known = Mutex<[String: Known]>([:])

    /// The scrubber for a connection's secrets: the one that was made for the same secrets, or a new one.
    func scrubber(of connection: String, _ secrets: [String: [Secret]]) -> SecretScrubber {
        if let known = known.withLock({ $0[connection] }), known.secrets == secrets { return known.scrubber }
        let scrubber = SecretScrubber(secrets)
        known.withLock { known in
            if known.count >= Self.maximum { known.removeAll() }
            known[connection] = Known(secrets: secrets, scrubber: scrubber)
        }
        return scrubber
    }
}
