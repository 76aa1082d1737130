import Screening

extension Result where Failure == any Error {
    /// What `work` returns or throws.
    init(_ work: () async throws -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}

/// An answer that costs something to find, remembered for a moment: those who ask meanwhile get the same one, and those who ask while it is being found
/// wait for it.
actor Remembered<Answer: Sendable> {
    private let clock: any WallClock
    private let lifetime: Duration
    private let find: @Sendable () async -> Answer
    private var known: (answer: Answer, at: Timestamp)?
    private var finding: Task<Answer, Never>?

    init(for lifetime: Duration, _ clock: any WallClock, find: @escaping @Sendable () async -> Answer) {
        self.clock = clock
        self.lifetime = lifetime
        self.find = find
    }

    func answer() async -> Answer {
        let now = clock.now()
        if let known, known.at <= now, now < known.at + lifetime { return known.answer }
        if let finding { return await finding.value }
        let task = Task { await find() }
        finding = task
        let answer = await task.value
        known = (answer, clock.now())
        finding = nil
        return answer
    }
}
