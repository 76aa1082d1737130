/// What the host itself needs from a store, independent of the store's other uses.
public protocol StoreAdministration: Sendable {
    /// Which store it is, as it was when it was opened.
    var identity: StoreIdentity { get }

    /// The counts that operators watch.
    func counts() async throws -> Counts

    /// Returns if the store accepts writes, as far as it can tell: it makes a small write, and remembers what it refused recently. Calling again
    /// tries again. A store that was taken away, or in whose place another one stands, accepts nothing.
    /// - Throws: ``StoreError`` where it does not.
    func tryWriting() async throws

    /// Finishes the work under way and closes. Calling anything afterwards throws ``StoreError/unavailable(_:)``. Does nothing the second time.
    func close() async
}
