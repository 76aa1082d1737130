/// What the host itself needs of a store, whoever uses it for what.
public protocol StoreAdministration: Sendable {
    /// How many there are of what operators count.
    func counts() async throws -> Counts

    /// Returns where the store takes what is written, as far as can be found out: it writes a little, and remembers what it refused lately. Calling again
    /// tries again.
    /// - Throws: ``StoreError`` where it does not.
    func tryWriting() async throws

    /// Finishes what was begun and closes. Calling anything afterwards throws ``StoreError/unavailable(_:)``. Does nothing the second time.
    func close() async
}
