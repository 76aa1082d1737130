/// What the host knows about accounts and connections beyond their settings. Effects change it: ``Effect/pause(_:_:)``, ``Effect/rest(_:until:)``,
/// ``Effect/heard(_:at:)`` and ``Effect/refusedDelivery(_:at:)``.
public protocol OperatingStates: Sendable {
    /// The state of an account or connection; an empty one where nothing is known. A rest that has ended is not reported.
    func state(of subject: OperatingState.Subject) async throws -> OperatingState

    /// The states of all accounts and connections about which something is known, by kind and name. A rest that has ended is not reported.
    func operatingStates() async throws -> [OperatingState]
}
