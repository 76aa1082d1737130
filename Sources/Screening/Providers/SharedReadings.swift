import Synchronization

/// Readings that answer many at once: whoever asks for something while it is being read waits for the next reading, and all who wait share that one.
///
/// The reading under way may have begun before what they ask about happened, so it is not theirs. Nothing is answered from an earlier reading,
/// and nobody waits for others to come. Thread-safe; one for each account and process.
public final class SharedReadings: Sendable {
    /// Asks whether a reading may be made, and takes it from the account's budget. Throws where it may not: ``ReadsRefused``, say.
    public typealias Admission = @Sendable () async throws -> Void

    private typealias Waiter = CheckedContinuation<any Sendable, any Error>

    private struct Round {
        var waiters: [Int: Waiter] = [:]
        /// Nil where one of the waiters need not ask.
        var admission: Admission?
        let read: Read
    }

    private typealias Read = @Sendable (_ last: (any Sendable)?) async throws -> Outcome

    private struct Outcome {
        let value: any Sendable
        let isKept: Bool
    }

    private struct Line {
        var present: Round
        /// Whether the present reading may have begun: who comes now waits for the next.
        var hasBegun = false
        var task: Task<Void, Never>?
        var next: Round?
    }

    private struct State {
        var lines: [Key: Line] = [:]
        /// The one answer that is kept for asking whether it has changed.
        var kept: (key: Key, value: any Sendable)?
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// How many wait at present.
    package var waiting: Int { state.withLock { $0.lines.values.reduce(0) { $0 + $1.present.waiters.count + ($1.next?.waiters.count ?? 0) } } }

    /// What `read` gives that begins after this call, made once for all who wait for the same key.
    ///
    /// Calling twice reads twice, unless both wait for one reading. A caller that is cancelled gets `CancellationError` and leaves the others as they are;
    /// the reading itself is cancelled when nobody waits for it any more.
    /// - Parameters:
    ///   - key: everything that the answer depends on: address, credentials, and how it is understood. Of equal keys any caller's `read` may be performed.
    ///   - admission: asked once before each reading; nil where this caller need not ask, and then its reading is made unasked.
    /// - Throws: what `read` or `admission` throws, to everybody who waited for it, and where the provider asks to be asked less to who waits for the next
    ///   reading as well. A ``ProviderError`` is marked ``ProviderError/isShared`` for all but one of them.
    public func value<Value: Sendable>(
        of key: some Hashable & Sendable,
        admission: Admission? = nil,
        _ read: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await value(of: key, admission: admission, keeping: { _ in false }, sinceLast: { _ in try await read() })
    }

    /// The same, for answers of which the other side can say that they have not changed.
    /// - Parameters:
    ///   - isKept: whether an answer is kept for the next reading of its key. One is at a time, as long as nothing takes its place: it is to be small.
    ///   - read: is given the answer that was kept of the same key; nil where none was.
    public func value<Value: Sendable>(
        of key: some Hashable & Sendable,
        admission: Admission? = nil,
        keeping isKept: @escaping @Sendable (Value) -> Bool,
        sinceLast read: @escaping @Sendable (_ last: Value?) async throws -> Value
    ) async throws -> Value {
        let erased: Read = { last in
            let value = try await read(last as? Value)
            return Outcome(value: value, isKept: isKept(value))
        }
        let key = Key(value: key, type: ObjectIdentifier(Value.self))
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let answer = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { join(key, number, $0, admission, erased) }
        } onCancel: {
            leave(key, number)
        }
        // It always is, for the type is part of the key.
        guard let value = answer as? Value else { throw ProviderError(.unreadable, "a reading gave another type than it was asked for") }
        return value
    }

    private func join(
        _ key: Key,
        _ number: Int,
        _ waiter: Waiter,
        _ admission: Admission?,
        _ read: @escaping Read
    ) {
        let isCancelled = state.withLock { state in
            if Task.isCancelled { return true }
            let alone = Round(waiters: [number: waiter], admission: admission, read: read)
            guard var line = state.lines[key] else {
                state.lines[key] = Line(present: alone)
                start(key, &state)
                return false
            }
            // Out of the table while it changes, so that it is not copied.
            state.lines[key] = nil
            func joined(_ round: Round) -> Round {
                var round = round
                round.waiters[number] = waiter
                if admission == nil { round.admission = nil }
                return round
            }
            if line.hasBegun { line.next = line.next.map(joined) ?? alone } else { line.present = joined(line.present) }
            state.lines[key] = line
            return false
        }
        if isCancelled { waiter.resume(throwing: CancellationError()) }
    }

    private func leave(_ key: Key, _ number: Int) {
        let (waiter, idle) = state.withLock { state -> (Waiter?, Task<Void, Never>?) in
            guard var line = state.lines[key] else { return (nil, nil) }
            if let waiter = line.next?.waiters.removeValue(forKey: number) {
                if line.next?.waiters.isEmpty == true { line.next = nil }
                state.lines[key] = line
                return (waiter, nil)
            }
            guard let waiter = line.present.waiters.removeValue(forKey: number) else { return (nil, nil) }
            let isIdle = line.present.waiters.isEmpty
            // Nobody is to wait for a reading that is being cancelled.
            if isIdle { line.hasBegun = true }
            state.lines[key] = line
            return (waiter, isIdle ? line.task : nil)
        }
        idle?.cancel()
        waiter?.resume(throwing: CancellationError())
    }

    /// Makes the present reading of a line, in a task that is nobody's: neither its cancellation nor its trace is one waiter's alone.
    private func start(_ key: Key, _ state: inout State) {
        state.lines[key]?.task = Task.detached { [self] in
            let answer: Result<any Sendable, any Error>
            do { answer = .success(try await perform(key)) } catch { answer = .failure(error) }
            finish(key, answer)
        }
    }

    private func perform(_ key: Key) async throws -> any Sendable {
        if let admission = state.withLock({ $0.lines[key]?.present.admission }) {
            do { try await admission() } catch {
                // Somebody may have come meanwhile who need not ask.
                guard isUnasked(key) else { throw error }
            }
        }
        let (read, last) = state.withLock { state in
            state.lines[key]?.hasBegun = true
            return (state.lines[key]?.present.read, state.kept?.key == key ? state.kept?.value : nil)
        }
        guard let read else { throw CancellationError() }
        let outcome = try await read(last)
        state.withLock { state in
            if outcome.isKept {
                state.kept = (key, outcome.value)
            } else if state.kept?.key == key {
                state.kept = nil
            }
        }
        return outcome.value
    }

    /// Whether the present reading needs no admission. Where it does, it is refused, and who comes from now on waits for the next.
    private func isUnasked(_ key: Key) -> Bool {
        state.withLock { state in
            let isUnasked = state.lines[key]?.present.admission == nil
            if !isUnasked { state.lines[key]?.hasBegun = true }
            return isUnasked
        }
    }

    private func finish(_ key: Key, _ answer: Result<any Sendable, any Error>) {
        let waiters = state.withLock { state -> [Waiter] in
            guard let line = state.lines.removeValue(forKey: key) else { return [] }
            var waiters = line.present.waiters
            if let next = line.next {
                if Self.asksForPatience(answer) {
                    waiters.merge(next.waiters) { $1 }
                } else {
                    state.lines[key] = Line(present: next)
                    start(key, &state)
                }
            }
            return waiters.sorted { $0.key < $1.key }.map(\.value)
        }
        guard case .failure(var error as ProviderError) = answer else {
            for waiter in waiters { waiter.resume(with: answer) }
            return
        }
        for waiter in waiters {
            waiter.resume(throwing: error)
            error.isShared = true
        }
    }

    /// Whether the provider wants to be asked less: then who waits for the next reading is told so at once, instead of it being made at once.
    private static func asksForPatience(_ answer: Result<any Sendable, any Error>) -> Bool {
        if case .failure(let error as ProviderError) = answer { error.code == .rateLimited } else { false }
    }

    /// A key of any type, with the type of what is read.
    private struct Key: Hashable {
        let value: any Hashable & Sendable
        let type: ObjectIdentifier

        static func == (left: Key, right: Key) -> Bool { left.type == right.type && AnyHashable(left.value) == AnyHashable(right.value) }

        func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(value)) }
    }
}

/// Thrown in place of a reading that the account's budget does not allow at present: nothing was asked, and nothing is known.
public struct ReadsRefused: Error, Sendable, Equatable {
    /// When to ask again.
    public let until: Timestamp

    public init(until: Timestamp) { self.until = until }
}
