/// What the host itself needs from a store, independent of the store's other uses.
public protocol StoreAdministration: Sendable {
    /// Which store it is, as it was when it was opened.
    var identity: StoreIdentity { get }

    /// The counts that operators watch.
    func counts() async throws -> Counts

    /// How many orders wait for whom, by connection and party. Orders that wait for nobody are left out.
    func waitingOrders() async throws -> [Counts.Group: Int]

    /// How many orders are open, by the connection and the account that they name.
    func openOrders() async throws -> [OpenOrders]

    /// How many changes of orders the ATSs were told of that came about since a time, by connection.
    func updatesTold(since: Timestamp) async throws -> [String: Int]

    /// Returns if the store accepts writes, as far as it can tell: it makes a small write, and remembers what it refused recently. Calling again
    /// tries again. A store that was taken away, or in whose place another one stands, accepts nothing.
    /// - Throws: ``StoreError`` where it does not.
    func tryWriting() async throws

    /// Lets go of memory that can be had again from the database: for a host at rest, whose next use of the store is a little slower. Nothing waits for it, and
    /// calling it again is harmless.
    func releaseMemory()

    /// Finishes the work under way and closes. Calling anything afterwards throws ``StoreError/unavailable(_:)``. Does nothing the second time.
    func close() async
}

extension StoreAdministration {
    /// For a store that keeps none.
    public func releaseMemory() {}
}
