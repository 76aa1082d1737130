import Screening

/// What an intent is about to read and change: a store that several processes write to locks it before the intent decides.
struct TouchedRows: Sendable {
    /// Claims, with the concurrency keys of their work.
    var claims: [Claim] = []
    /// Work that is put into the queue or taken out of it, with its concurrency keys.
    var works: [Work] = []
    /// Concurrency keys that work is added to.
    var concurrencyKeys: [String] = []
    /// Orders by identifier.
    var orders: [String] = []
    /// Runs by identifier, those too that may not be there yet.
    var runs: [String] = []
    /// Events by identifier that are expected to be in a state, or get another.
    var events: [String] = []
    /// Budgets by name.
    var budgets: [String] = []
    /// API requests with an idempotency key.
    var requests: [IdempotencyKey] = []
    /// API requests that were answered, by key.
    var answered: [[UInt8]] = []
    /// Providers' requests that become an order's, by their hashes.
    var references: [[UInt8]] = []
    /// Orders to place: put in where their external id is free.
    var places: [NewOrder] = []
    /// Accounts and connections whose state is written.
    var subjects: Set<OperatingState.Subject> = []
    /// The data keys that rows are sealed under.
    var keys: [DataKey] = []
    /// Quotas that are decided by.
    var quotas: [Quota] = []
    /// Values whose size counts for one.
    var values: [PreparedValue] = []
    /// Webhooks' endpoints by name.
    var endpoints: Set<String> = []
    /// Orders, events and runs that are removed unless they are on legal hold. Nobody sets a hold meanwhile.
    var removed: Set<String> = []
    /// Causes of issues, by their keys.
    var causes: Set<String> = []
    var needsTime = false
    /// Whether something is added to the audit's chain.
    var audits = false

    init() {}

    /// What some effects touch.
    init(_ effects: [PreparedEffect], under keys: [DataKey], claim: Claim? = nil) {
        self.keys = keys
        if let claim { claims = [claim] }
        for effect in effects {
            switch effect {
            case .order(let row, _): orders.append(row.id)
            case .run(let row):
                runs.append(row.id)
                if let order = row.updatedOrder { orders.append(order) }
            case .expect(.run(let run, _)): runs.append(run)
            case .expect(.event(let event, _)): events.append(event)
            case .expect(.idle(let work)): works.append(work)
            case .queue(let work):
                works.append(work.work)
                // Two that put the same work in for the first time have no row yet to meet at.
                concurrencyKeys.append(work.concurrencyKey ?? "work:\(work.work.kind.rawValue):\(work.work.subject)")
            case .unqueue(let work): works.append(work)
            case .pause(let subject, _, _), .rest(let subject, _), .heard(let subject, _), .refusedDelivery(let subject, _, _, _):
                subjects.insert(subject)
            case .forgetWithdrawal(let connection, let external): concurrencyKeys.append(Withdrawal.concurrencyKey(connection, external))
            case .took(let turnaround): concurrencyKeys.append("turnaround:\(turnaround.account):\(turnaround.package)")
            case .event(let id, _, _): events.append(id)
            case .unreadable(let run): runs.append(run)
            case .notify(let row): if let key = row.work?.concurrencyKey { concurrencyKeys.append(key) }
            case .delivery(let row): concurrencyKeys.append("delivery:" + row.id)
            case .endpoint(let id, _): endpoints.insert(id)
            case .reference(let row):
                if let key = row.concurrencyKey { concurrencyKeys.append(key) }
                if row.isAlone, let key = row.key { references.append(key) }
            case .record(let row): if let order = row.order { orders.append(order) }
            case .timeline, .steps, .begin, .progress, .stop: break
            }
        }
    }

    mutating func add(_ other: TouchedRows) {
        claims += other.claims
        works += other.works
        concurrencyKeys += other.concurrencyKeys
        orders += other.orders
        runs += other.runs
        events += other.events
        budgets += other.budgets
        requests += other.requests
        answered += other.answered
        references += other.references
        places += other.places
        subjects.formUnion(other.subjects)
        keys += other.keys
        quotas += other.quotas
        values += other.values
        endpoints.formUnion(other.endpoints)
        removed.formUnion(other.removed)
        causes.formUnion(other.causes)
        needsTime = needsTime || other.needsTime
        audits = audits || other.audits
    }
}

/// An API request with an idempotency key, as the store knows it.
struct IdempotencyKey: Sendable {
    let key: [UInt8]
    let bodyHash: String
}
