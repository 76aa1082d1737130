import Screening

/// The associated data of sealed bytes, which names their table and row. It is part of the seal, so that bytes moved to another row do not open.
struct AssociatedData: Sendable {
    /// The tables that have an opaque column.
    enum Table: String, Sendable {
        case events, orders, runs, steps, timeline, kv, scripts, issues
        case idempotencyRecords = "idempotency_records"
        case accessTokens = "access_tokens"
        case operatingStates = "operating_states"
        case notices
        case webhookDeliveries = "webhook_deliveries"
        case webhookEndpoints = "webhook_endpoints"
        case bulkJobs = "bulk_jobs"
        case bulkRefusals = "bulk_refusals"
        case dataKeys = "data_keys"
        case keyring
        case legalHolds = "legal_holds"
        case audit
        case signingKey = "signing_key"
        case unknownRequests = "unknown_requests"
        case savedViews = "saved_views"
    }

    let table: Table
    /// What names the row in its table.
    let row: String

    init(_ table: Table, _ row: String) {
        self.table = table
        self.row = row
    }

    /// The place as it is authenticated.
    var bytes: [UInt8] { Array("fairlead:\(table.rawValue):\(row)".utf8) }

    /// The place as errors name it.
    var description: String { "\(table.rawValue) \(row)" }
}
