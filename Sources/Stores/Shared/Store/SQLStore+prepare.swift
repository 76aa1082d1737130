import Screening

extension SQLStore {
    /// Seals and hashes what effects write, under the keys of the events and orders that it belongs to.
    func prepare(_ effects: [Effect]) async throws -> [PreparedEffect] {
        var made: [String: DataKey] = [:]
        var subjects: Set<String> = []
        for effect in effects {
            if case .record(let event) = effect { made[event.id] = try await codec.keys.new(for: event.id) }
            if let subject = effect.subject { subjects.insert(subject) }
        }
        var keys = try await keys(of: subjects.subtracting(made.keys))
        keys.merge(made) { $1 }
        // The steps of a run come soon, and are sealed under the same key.
        for case .run(let run) in effects { if let key = (run.event ?? run.order).flatMap({ keys[$0] }) { codec.keys.note(key, for: run.id) } }
        return try effects.map { try prepared($0, under: $0.subject.flatMap { keys[$0] } ?? codec.keys.general) }
    }

    /// The data keys of events, orders and runs: those that are at hand, and the others as they are stored. Subjects that are not stored are left out.
    func keys(of subjects: Set<String>) async throws -> [String: DataKey] {
        var keys: [String: DataKey] = [:]
        for subject in subjects { keys[subject] = codec.keys.known(subject) }
        let missing = subjects.filter { keys[$0] == nil }
        guard !missing.isEmpty else { return keys }
        let stored = try await read { try $0.keys(of: Array(missing)) }
        for (subject, key) in stored { codec.keys.note(key, for: subject) }
        return keys.merging(stored) { $1 }
    }

    private func prepared(_ effect: Effect, under key: DataKey) throws -> PreparedEffect {
        switch effect {
        case .order(let order): .order(try OrderRow(order, codec, under: key), keys: BlindIndexTerm.keys(of: order, by: codec.index))
        case .timeline(let entry): .timeline(try TimelineRow(entry, codec, under: key))
        case .run(let run): .run(try RunRow(run, codec, under: key))
        case .expect(let expectation): .expect(expectation)
        case .steps(let steps, let run): .steps(try steps.map { try StepRow($0, of: run, codec, under: key) })
        case .event(let id, let state, let problem):
            .event(id: id, state: state, problem: try EventRow.sealed(problem, of: id, codec, under: key))
        case .record(let event): .record(try EventRow(event, codec, under: key))
        case .queue(let work): .queue(work)
        case .unqueue(let work): .unqueue(work)
        case .pause(let subject, let pause): .pause(subject, try pause.map { try OperatingStateRow.sealed($0, of: subject, codec) })
        case .rest(let subject, let until): .rest(subject, until: until)
        case .heard(let subject, let time): .heard(subject, at: time)
        case .refusedDelivery(let subject, let time): .refusedDelivery(subject, at: time)
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
        case .expect, .queue, .unqueue, .pause, .rest, .heard, .refusedDelivery: nil
        }
    }
}
