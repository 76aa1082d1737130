import Screening

/// A dedupe key as the store compares it: hashed under the store's own key, with the time before which a first event does not count any more.
struct StoredDedupeKey: Sendable {
    let hash: [UInt8]
    /// Milliseconds since 1970; nil where a first event counts for as long as it is kept.
    let notBefore: Int64?

    init(_ key: DedupeKey, of event: Event, _ codec: RowCodec) {
        hash = codec.blindIndex(.dedupe, key.text, on: event.connection ?? "")
        notBefore = key.within.map { event.receivedAt.milliseconds - $0.wholeMilliseconds }
    }
}
