/// What the host knows of accounts and connections beyond their settings. It is changed by effects: ``Effect/pause(_:_:)``, ``Effect/rest(_:until:)``,
/// ``Effect/heard(_:at:)`` and ``Effect/refusedDelivery(_:at:)``.
public protocol OperatingStates: Sendable {
    /// The state of an account or connection; an empty one where nothing is known. A rest that is over is none.
    func state(of subject: OperatingState.Subject) async throws -> OperatingState

    /// The states of all accounts and connections of which something is known, by kind and name. A rest that is over is none.
    func operatingStates() async throws -> [OperatingState]
}
