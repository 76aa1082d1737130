import GRDB
import Screening

/// The rows as they stand in one read: what every table's file adds its reading to.
struct StoredRows {
    let db: Database
    let codec: RowCodec
}

/// One write transaction, shared by the intents that are committed together: what every table's file adds its writing to.
struct WriteTransaction {
    let db: Database
    let codec: RowCodec
    let keys: ReceivedKeys
    /// The moment that counts as now throughout an intent.
    var now: Timestamp
    /// Whether something was queued or came free, so that workers are to be woken after the commit.
    var wakes = false

    /// What is stored, with what this transaction has changed so far.
    var rows: StoredRows { StoredRows(db: db, codec: codec) }
}
