import HTTPTypes
import Screening

/// How a provider's clock stands beside ours, as the `Date` of one of its answers says. What it writes on its requests is read by that.
struct ProviderClock: Sendable {
    /// How far it is ahead of ours; nil where the answer does not say.
    let ahead: Duration?

    /// Seconds are all that the header tells, and the answer was on its way.
    private static let accuracy = Duration.seconds(5)

    init(_ response: WireResponse, now: Timestamp) {
        let theirs = response.headers[.date].flatMap { Timestamp(httpDate: $0, near: now) }
        ahead = theirs.map { theirs in
            let difference = theirs - now
            return difference < Self.accuracy && difference > .zero - Self.accuracy ? .zero : difference
        }
    }

    /// A time that the provider wrote, by our clock.
    func ours(_ theirs: Timestamp) -> Timestamp { theirs + (.zero - (ahead ?? .zero)) }
}
