import Screening

/// One write transaction, shared by the intents that are committed together: what each table's file of a store adds its writing to.
protocol StoreTransaction {
    var codec: RowCodec { get }
    /// What time whatever is removed by its age goes by.
    var removals: RemovalTime { get }

    /// Checks that data keys are in the key table as they are at hand, before anything is written under them.
    /// - Throws: ``StoreError/keysGone``.
    mutating func require(_ keys: [DataKey]) throws

    mutating func settle(_ claim: Claim, _ disposition: Decision.Disposition) throws
    mutating func release(_ claims: [Claim]) throws
    mutating func renew(_ claims: [Claim], lease: Duration) throws -> [Claim]
    mutating func advanceDueTimes(by within: Duration, rests: Bool) throws
    mutating func queue(_ work: QueuedWork) throws
    mutating func unqueue(_ work: Work) throws

    /// Puts an order in, with its work and the first line of its timeline; or finds the one that has its external id, where that does not give way to it.
    mutating func place(_ new: NewOrder) throws -> (order: Order, isNew: Bool)
    /// Writes an order's new version over the one before it.
    mutating func update(_ row: OrderRow, _ lookUps: LookUps) throws
    /// Whether an order that this transaction touches is there. Nobody takes it away meanwhile.
    func isStored(order id: String) throws -> Bool
    /// Says that this transaction takes an order away.
    mutating func isRemoved(order id: String)
    /// Has an order found by what it was hashed to anew, where nobody has changed it since a version.
    mutating func find(order: String, at version: Int, by lookUps: LookUps) throws
    /// Notes which request at its provider is an order's.
    /// - Throws: ``StoreError/conflict`` where it may be no other's and is.
    mutating func write(_ row: ReferenceRow) throws
    mutating func write(_ row: TimelineRow) throws
    /// Notes what a run has to do with an order, beside what is noted of it already.
    mutating func note(order: String, of cause: Order.Cause, _ source: OrderSource) throws

    /// Writes a new run, or a run's new state.
    mutating func write(_ row: RunRow) throws
    /// Has a run and its event found by keys.
    mutating func find(_ row: RunRow, by lookUps: LookUps) throws
    /// Notes on an order whether one of its updates gave up and no later one was told.
    mutating func noteUpdates(of order: String) throws
    mutating func expect(run: String, in state: Run.State) throws
    /// Makes a run a dead letter without reading it.
    mutating func end(unreadable run: String) throws
    mutating func expect(event: String, in state: Event.State) throws
    mutating func expect(idle work: Work) throws
    /// Remembers a step of a run, in the place of the one with the same number.
    mutating func write(_ row: StepRow) throws
    mutating func keep(_ versions: [ScriptVersion]) throws
    mutating func set(_ value: PreparedValue) throws
    /// Notes a withdrawal beside the one that stands, or in its place.
    mutating func note(_ withdrawal: Withdrawal) throws
    mutating func forget(withdrawal external: [UInt8], connection: String) throws
    /// The withdrawal that stands where an order is placed.
    func withdrawal(at place: NewOrder) throws -> Occurrence?
    /// What a connection has used of its quotas, with what this transaction has added so far; and the time that it counts by.
    func usage(of connection: String) throws -> (used: Usage, now: Timestamp)
    /// How large a value is that is kept under a key at present; 0 where there is none.
    func size(of value: PreparedValue) throws -> Int
    /// Notes that this transaction adds to what a connection has used.
    mutating func note(_ amount: Int, of kind: Quota.Kind, on connection: String)

    /// Writes an event's new state. An event that is gone stays gone.
    mutating func set(event id: String, state: Event.State, problem: [UInt8]?) throws
    /// Puts an event in as it stands, without work.
    mutating func record(_ row: EventRow) throws

    mutating func take(_ count: Int, from budget: String, perMinute: Int) throws -> Grant
    /// Writes why a subject is paused over what was written before; nil for no longer. What somebody paused stays as it is unless a person says otherwise.
    mutating func pauses(_ subject: OperatingState.Subject, _ pause: [UInt8]?, isByHand: Bool) throws
    mutating func rest(_ subject: OperatingState.Subject, until: Timestamp) throws
    /// Puts a command for many things in, and takes those out that ended long ago.
    mutating func begin(_ row: BulkJobRow, of items: [String]) throws
    mutating func progress(_ row: BulkJobRow) throws
    mutating func stop(bulk id: String, at time: Timestamp, reason: String?) throws
    /// Adds a screening to its account's history.
    mutating func count(_ turnaround: Turnaround) throws
    mutating func note(heard subject: OperatingState.Subject, at time: Timestamp) throws
    mutating func note(refused subject: OperatingState.Subject, at time: Timestamp, _ reason: String, _ count: Int) throws
    mutating func announce(_ replica: Replica, _ keys: ReplicaKeys) throws
    mutating func withdraw(replica id: String) throws
    mutating func begin(_ request: IdempotencyKey) throws -> IdempotencyState
    mutating func recordResponse(_ key: [UInt8], status: Int?, body: [UInt8]) throws
    mutating func keep(_ row: TokenRow, blindIndex: [UInt8]) throws
    mutating func remove(token id: String) throws
    /// Stores a notice and queues the work of giving it out, where somebody is told of its kind and none of its identifier is stored.
    mutating func notify(_ row: NoticeRow) throws
    /// Writes a new delivery, or a delivery's new state. Nothing is where its endpoint is gone.
    mutating func write(_ row: DeliveryRow) throws
    mutating func change(endpoint id: String, _ change: EndpointChange) throws
    mutating func keep(_ row: EndpointRow, over version: Int) throws
    mutating func remove(endpoint id: String) throws
    mutating func subscribe(_ subscriber: String, _ words: [String]) throws
    mutating func forgetDeliveries(before time: Timestamp, keeping count: Int) throws
    /// The issue of a cause; nil where there is none.
    func issue(of cause: IssueCause) throws -> IssueRecord?
    /// Puts an issue in, or in the place of the one of its cause.
    mutating func write(_ issue: IssueRecord) throws
    /// Does a statement whose text both databases understand.
    mutating func change(_ sql: String, _ values: [SQLValue]) throws
    /// Whether the person of an order to be placed was erased.
    func isErased(_ place: NewOrder) throws -> Bool
    /// Whether that was while the order by its external id was open. Known where a new order may take another's place.
    func wasErasedOpen(_ place: NewOrder) throws -> Bool
    mutating func forgetDedupeKeys(of event: String) throws
    /// Forgets that events were received which are marked to be removed, where that was before a time.
    mutating func forgetReceived(marked events: SQLValues, before time: Timestamp) throws
    /// Whether something is on legal hold that this transaction touches to remove it.
    func isHeld(_ subject: String) throws -> Bool
    /// Where the audit's chain ends, with what this transaction has added.
    func auditHead() throws -> AuditHead
    mutating func move(auditHead: AuditHead) throws
    /// Writes something of a given size that is not needed, to see whether it is taken.
    mutating func tryWriting(_ count: Int) throws
}

extension StoreTransaction {
    /// Checks that what something is looked up by was hashed with the key that is written by at present: a rotation may have begun since it was.
    /// - Throws: ``StoreError/keysGone``.
    func require(_ lookUps: LookUps) throws {
        guard lookUps.terms.isEmpty || lookUps.key == codec.lookUps.present.number else { throw StoreError.keysGone }
    }

    /// Writes effects, in their order.
    mutating func apply(_ effects: [PreparedEffect]) throws {
        for effect in effects {
            switch effect {
            case .order(let row, let lookUps):
                try require(lookUps)
                try update(row, lookUps)
            case .reference(let row): try write(row)
            case .timeline(let row): try write(row)
            case .run(let row):
                try require(row.lookUps)
                try write(row)
                if let order = row.updatedOrder { try noteUpdates(of: order) }
                if !row.lookUps.terms.isEmpty { try find(row, by: row.lookUps) }
            case .expect(.run(let run, let state)): try expect(run: run, in: state)
            case .expect(.event(let event, let state)): try expect(event: event, in: state)
            case .expect(.idle(let work)): try expect(idle: work)
            case .steps(let rows, let found, let answered):
                for (order, cause) in found { try note(order: order, of: cause, .found) }
                if let answered { try find(answered) }
                for row in rows { try write(row) }
            case .event(let id, let state, let problem): try set(event: id, state: state, problem: problem)
            case .unreadable(let run): try end(unreadable: run)
            case .record(let row):
                // Whoever erased the order meanwhile would not find what comes after.
                if let order = row.order, try !isStored(order: order) { continue }
                try record(row)
            case .queue(let work): try queue(work)
            case .unqueue(let work): try unqueue(work)
            case .pause(let subject, let pause, let isByHand): try pauses(subject, pause, isByHand: isByHand)
            case .forgetWithdrawal(let connection, let external): try forget(withdrawal: external, connection: connection)
            case .rest(let subject, let until): try rest(subject, until: until)
            case .took(let turnaround): try count(turnaround)
            case .begin(let row, let items): try begin(row, of: items)
            case .progress(let row):
                try progress(row)
                try writeRefusal(of: row)
            case .stop(let id, let time, let reason): try stop(bulk: id, at: time, reason: reason)
            case .heard(let subject, let time): try note(heard: subject, at: time)
            case .refusedDelivery(let subject, let time, let reason, let count): try note(refused: subject, at: time, reason, count)
            case .notify(let row): try notify(row)
            case .delivery(let row): try write(row)
            case .endpoint(let id, let change): try self.change(endpoint: id, change)
            }
        }
    }

    /// Does what the last of some steps does, and remembers them.
    mutating func remember(_ prepared: PreparedSteps) throws -> (order: Order, isNew: Bool)? {
        var steps = prepared.steps
        var placed: (order: Order, isNew: Bool)?
        if let (new, asked, reply) = prepared.placing {
            try require(new.lookUps)
            let status = try place(new)
            if status.isNew, try isErased(new) { throw StoreError.conflict }
            if status.isNew { try notify(new.notice(codec)) }
            if status.isNew, let asked, let withdrawal = try withdrawal(at: new),
                asked.isBlocked(by: withdrawal, isFirst: status.order.previous == nil)
            {
                throw StoreError.conflict
            }
            if let asked, new.reorder != nil, status.order.isBeingWithdrawn(before: asked) { throw StoreError.conflict }
            if let quota = prepared.quota, status.isNew { try count(1, within: quota) }
            if let cause = new.cause { try note(order: status.order.id, of: cause, status.isNew ? .made : .asked) }
            if !steps.isEmpty { steps[steps.count - 1].reply = Personal(reply(status.order)) }
            placed = status
        }
        if let value = prepared.value {
            if let quota = prepared.quota, let body = value.body {
                let growth = body.count - (try size(of: value))
                if growth > 0 { try count(growth, within: quota) }
            }
            try set(value)
        }
        if let withdrawal = prepared.withdrawal { try note(withdrawal) }
        if let answered = prepared.answered { try find(answered) }
        for (order, cause) in prepared.found { try note(order: order, of: cause, .found) }
        for step in steps { try write(StepRow(step, of: prepared.run, codec, under: prepared.key)) }
        return placed
    }

    private mutating func count(_ amount: Int, within quota: Quota) throws {
        let (used, now) = try usage(of: quota.connection)
        guard used.amount(quota.kind, at: now) + amount <= quota.limit else { throw StoreError.overQuota(quota) }
        note(amount, of: quota.kind, on: quota.connection)
    }
}
