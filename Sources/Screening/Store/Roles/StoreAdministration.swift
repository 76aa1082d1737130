/// What the host itself needs from a store, independent of the store's other uses.
public protocol StoreAdministration: Sendable {
    /// The counts that operators watch.
    func counts() async throws -> Counts

    /// Returns if the store accepts writes, as far as it can tell: it makes a small write, and remembers what it refused recently. Calling again
    /// tries again.
    /// - Throws: ``StoreError`` where it does not.
    func tryWriting() async throws

    /// Finishes the work under way and closes. Calling anything afterwards throws ``StoreError/unavailable(_:)``. Does nothing the second time.
    func close() async
}
