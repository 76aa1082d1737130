/// How long screenings took. ``Effect/took(_:)`` adds to it, in the transaction that completes the order.
public protocol Turnarounds: Sendable {
    /// The history of an account's last year; an empty one where nothing of it was completed.
    func turnarounds(of account: String) async throws -> TurnaroundHistory
}
