import Screening

/// An answer that is costly to find, remembered for a moment: callers that ask meanwhile get the same one, and those that ask while it is being found wait
/// for it.
actor TTLCache<Value: Sendable> {
    private let clock: any WallClock
    private let lifetime: Duration
    private let find: @Sendable () async -> Value
    private var known: (value: Value, at: Timestamp)?
    private var finding: Task<Value, Never>?

    init(for lifetime: Duration, _ clock: any WallClock, find: @escaping @Sendable () async -> Value) {
        self.clock = clock
        self.lifetime = lifetime
        self.find = find
    }

    func value() async -> Value {
        let now = clock.now()
        if let known, known.at <= now, now < known.at + lifetime { return known.value }
        if let finding { return await finding.value }
        let task = Task { await find() }
        finding = task
        let value = await task.value
        known = (value, clock.now())
        finding = nil
        return value
    }
}
