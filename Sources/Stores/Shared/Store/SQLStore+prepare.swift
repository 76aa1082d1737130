import Screening

extension SQLStore {
    /// Seals and hashes what effects write, under the keys of the events and orders that it belongs to.
    /// - Returns: the effects with the keys that they are sealed under, which must still be there when they are written.
    /// - Throws: ``StoreError/conflict`` where the event, order or run is not stored any more that an effect belongs to.
    func prepare(_ effects: [Effect]) async throws -> (effects: [PreparedEffect], keys: [DataKey]) {
        var keys: [String: DataKey] = [:]
        for case .record(let event) in effects { keys[event.id] = try await codec.keys.new(for: event.id) }
        keys.merge(try await self.keys(of: Set(effects.compactMap(\.subject)).subtracting(keys.keys))) { $1 }
        // The steps of a run come soon, and are sealed under the same key.
        for case .run(let run) in effects {
            guard let key = key(run.event ?? run.order, keys) else { throw StoreError.conflict }
            keys[run.id] = key
            codec.keys.note(key, for: run.id)
        }
        // What becomes a dead letter is told whoever decided it.
        let effects = effects + Notice.deadLetters(in: effects, at: clock.now()).map { .notify($0) }
        var prepared: [PreparedEffect] = []
        for effect in effects {
            guard let key = key(effect.subject, keys) else { throw StoreError.conflict }
            prepared.append(try await self.prepared(effect, under: key))
        }
        return (prepared, Array(keys.values))
    }

    /// The orders that steps of an event's run were about, and whose run found them.
    func found(in steps: [Step], of run: String) async throws -> [(order: String, cause: Order.Cause)] {
        let orders = Set(steps.compactMap(\.orderFound))
        guard !orders.isEmpty, let event = try await lookUp({ try $0.event(of: run) }) else { return [] }
        return orders.sorted().map { ($0, Order.Cause(event: event, run: run)) }
    }

    /// The key of a subject; the general one where there is none.
    private func key(_ subject: String?, _ keys: [String: DataKey]) -> DataKey? { subject.map { keys[$0] } ?? codec.keys.general }

    /// Does something that seals rows. Where keys at hand turn out not to be in the key table any more, it is done once more, under keys read or made anew.
    func underStoredKeys<Value>(_ body: () async throws -> Value) async throws -> Value {
        let generation = codec.keys.generation
        do { return try await body() } catch let error as StoreError where error == .keysGone {
            codec.keys.forget(generation)
            return try await body()
        }
    }

    /// A new key for something that is added to the store by `body`. Where that was refused, the key is free again.
    func withNewKey<Value>(for subject: String, _ body: (DataKey) async throws -> Value) async throws -> Value {
        let key = try await codec.keys.new(for: subject)
        do { return try await body(key) } catch let error as StoreError where error.isRefusal {
            codec.keys.putBack(key, of: subject)
            throw error
        }
    }

    /// Writes what was prepared. Where that was refused, the new keys of events that it was to record are free again.
    func write(_ effects: [PreparedEffect], under keys: [DataKey], _ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as StoreError where error.isRefusal {
            let numbers = Dictionary(keys.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
            for case .record(let row) in effects { if let key = numbers[row.keyID] { codec.keys.putBack(key, of: row.id) } }
            throw error
        }
    }

    /// The data keys of events, orders and runs: those that are at hand, and the others as they are stored. Subjects that are not stored are left out.
    func keys(of subjects: Set<String>) async throws -> [String: DataKey] {
        var keys: [String: DataKey] = [:]
        for subject in subjects { keys[subject] = codec.keys.known(subject) }
        let missing = subjects.filter { keys[$0] == nil }
        guard !missing.isEmpty else { return keys }
        let stored = try await lookUp { try $0.keys(of: Array(missing)) }
        for (subject, key) in stored { codec.keys.note(key, for: subject) }
        return keys.merging(stored) { $1 }
    }

    private func prepared(_ effect: Effect, under key: DataKey) async throws -> PreparedEffect {
        switch effect {
        case .order(let order): .order(try OrderRow(order, codec, under: key), codec.lookUps.terms(of: order))
        case .reference(let reference): .reference(ReferenceRow(reference, codec))
        case .timeline(let entry): .timeline(try TimelineRow(entry, codec, under: key))
        case .run(let run): .run(try RunRow(run, codec, under: key))
        case .expect(let expectation): .expect(expectation)
        case .steps(let steps, let run):
            .steps(
                try steps.map { try StepRow($0, of: run, codec, under: key) },
                found: try await found(in: steps, of: run),
                answered: try await answeredAddresses(in: steps, of: run)
            )
        case .event(let id, let state, let problem):
            .event(id: id, state: state, problem: try EventRow.sealed(problem, of: id, codec, under: key))
        case .unreadable(let run): .unreadable(run: run)
        case .record(let event): .record(try EventRow(event, codec, under: key))
        case .queue(let work): .queue(work)
        case .unqueue(let work): .unqueue(work)
        case .pause(let subject, let pause):
            .pause(subject, try pause.map { try OperatingStateRow.sealed($0, of: subject, codec) }, isByHand: pause?.credentials == nil)
        case .lift(let subject): .pause(subject, nil, isByHand: false)
        case .forgetWithdrawal(let connection, let externalID):
            .forgetWithdrawal(connection: connection, external: codec.blindIndex(.externalID, externalID, on: connection))
        case .rest(let subject, let until): .rest(subject, until: until)
        case .took(let turnaround): .took(turnaround)
        case .begin(let job, let items): .begin(try BulkJobRow(job, codec), of: items)
        case .progress(let job): .progress(try BulkJobRow(job, codec))
        case .stop(let id, let time, let reason): .stop(bulk: id, at: time, reason: reason)
        case .heard(let subject, let time): .heard(subject, at: time)
        case .refusedDelivery(let subject, let time, let reason, let count): .refusedDelivery(subject, at: time, reason: reason, count: count)
        case .notify(let notice): .notify(try NoticeRow(notice, codec, due: clock.now()))
        case .delivery(let delivery): .delivery(try DeliveryRow(delivery, codec))
        case .endpoint(let id, let change): .endpoint(id, try EndpointChange(change, of: id, codec))
        }
    }
}

extension StoreError {
    /// Whether surely nothing was written.
    fileprivate var isRefusal: Bool {
        switch self {
        case .conflict, .overQuota, .closed, .full: true
        case .unavailable, .unknown, .corrupt, .keyMissing, .newer, .refused: false
        }
    }
}

extension Effect {
    /// The event or order under whose key the effect's content is sealed; nil where it writes none.
    fileprivate var subject: String? {
        switch self {
        case .order(let order): order.id
        case .timeline(let entry): entry.order
        case .run(let run): run.event ?? run.order
        case .event(let id, _, let problem): problem == nil ? nil : id
        case .record(let event): event.id
        case .steps(_, let run): run
        case .reference, .expect, .unreadable, .queue, .unqueue, .pause, .lift, .forgetWithdrawal, .rest, .took, .begin, .progress, .stop, .heard,
            .refusedDelivery, .notify, .delivery, .endpoint:
            nil
        }
    }
}
