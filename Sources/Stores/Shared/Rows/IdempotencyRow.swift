import Screening

/// What is kept of an API request with an idempotency key.
struct IdempotencyRow {
    var bodyHash: String
    var begunAt: Int64
    /// The answer; nil while there is none.
    var response: (status: Int, body: [UInt8])?

    /// How long a key is kept, in milliseconds.
    static let kept: Int64 = 24 * 60 * 60 * 1000
    /// How long a request may stay unanswered before its key is free again, in milliseconds.
    static let unanswered: Int64 = 2 * 60 * 1000

    /// What is kept in place of an answer that names somebody who was erased: the request is not carried out again.
    static let erased = ProblemDocument(
        409,
        "erased",
        "Erased",
        "this request was carried out, and what it was answered is erased; it is not carried out again"
    )

    /// What a request with the same key is told.
    /// - Parameter removal: the time to count ages from, which a clock that is doubted may be ahead of: what was begun since is counted by the clock itself.
    func state(bodyHash: String, now: Int64, removal: Int64) -> IdempotencyState {
        let age = (begunAt > removal ? now : min(now, removal)) - begunAt
        if age >= Self.kept || (response == nil && age >= Self.unanswered) { return .fresh }
        if self.bodyHash != bodyHash { return .conflict }
        return response.map { .answered(status: $0.status, body: $0.body) } ?? .running
    }

    /// An answer as its column.
    static func sealed(_ body: [UInt8], of key: [UInt8], _ codec: RowCodec) throws(StoreError) -> [UInt8] {
        try codec.seal(RowCodec.Content(json: [:], raw: body), at: place(key), under: codec.keys.general)
    }

    /// The answer that ``sealed(_:of:_:)`` was given.
    static func opened(_ column: [UInt8], of key: [UInt8], _ opener: RowOpener) throws -> [UInt8] { try opener.open(column, at: place(key)).raw }

    private static func place(_ key: [UInt8]) -> AssociatedData { AssociatedData(.idempotencyRecords, key.hex) }
}
