import Screening

/// Lets only so many look through much at a time; the others wait.
public protocol Turns: Sendable {
    /// Does something in its turn.
    /// - Throws: what `body` throws; something else where there is no room to wait.
    func inTurn<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value
}

extension Commands {
    /// Goes through all pages of a list, in its turn.
    /// - Throws: ``CommandError``: 422 `too_many`; 503 where the store cannot be had, and `key_missing` where this host cannot read all of it. `CancellationError`.
    func inTurn<Value: Sendable, Item>(
        _ value: Value,
        throughAll read: (PageRequest) async throws -> Page<Item>,
        _ add: (inout Value, Item) async throws -> Void
    ) async throws -> Value {
        guard let turns else { return try await through(value, read, add) }
        return try await turns.inTurn { try await through(value, read, add) }
    }

    private func through<Value, Item>(
        _ value: Value,
        _ read: (PageRequest) async throws -> Page<Item>,
        _ add: (inout Value, Item) async throws -> Void
    ) async throws -> Value {
        var (value, count) = (value, 0)
        var request = PageRequest(limit: 200, ascending: true)
        repeat {
            try Task.checkCancellation()
            let asked = request
            let (items, next) = try await mapStoreError { () -> ([Item], String?) in
                let page = try await read(asked)
                return (try page.whole(), page.next)
            }
            count += items.count
            guard count <= most else {
                throw CommandError(422, "too_many", "More than \(most) things match; narrow the filters, such as by since and until.")
            }
            for item in items { try await add(&value, item) }
            request.cursor = next
        } while request.cursor != nil
        return value
    }
}
