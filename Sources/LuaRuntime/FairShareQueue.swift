/// The slices of one tenant that wait for a worker.
struct FairShareQueue {
    /// Nanoseconds that its slices took, plus the balance that it was given on arrival.
    var spent: Int64
    /// Slices that any worker may do.
    private var starts: [Job] = []
    /// Slices of runs that a worker already holds.
    private var resumes: [Int: [Job]] = [:]

    init(spent: Int64) {
        self.spent = spent
    }

    var isEmpty: Bool {
        starts.isEmpty && resumes.isEmpty
    }

    var jobs: [Job] {
        starts + resumes.values.flatMap(\.self)
    }

    /// - Parameter clock: the account of the tenant that was served last: a tenant that comes back has no more credit than that.
    mutating func add(_ job: Job, place: Int?, since clock: Int64) {
        enter(clock)
        if let place { resumes[place, default: []].append(job) } else { starts.append(job) }
    }

    /// Adds what the tenant cost outside the workers.
    mutating func charge(_ nanoseconds: Int64, since clock: Int64) {
        enter(clock)
        spent += nanoseconds
    }

    private mutating func enter(_ clock: Int64) {
        if isEmpty { spent = max(spent, clock) }
    }

    func isReady(for worker: Int, acceptsStarts: Bool) -> Bool {
        resumes[worker] != nil || (acceptsStarts && !starts.isEmpty)
    }

    /// Begun runs go first: they hold memory.
    mutating func next(for worker: Int, acceptsStarts: Bool) -> Job? {
        if var waiting = resumes[worker] {
            let job = waiting.removeFirst()
            resumes[worker] = waiting.isEmpty ? nil : waiting
            return job
        }
        return acceptsStarts && !starts.isEmpty ? starts.removeFirst() : nil
    }

    mutating func remove(_ run: UInt32) -> Job? {
        if let index = starts.firstIndex(where: { $0.run.id == run }) { return starts.remove(at: index) }
        for (place, waiting) in resumes {
            guard let index = waiting.firstIndex(where: { $0.run.id == run }) else { continue }
            var rest = waiting
            let job = rest.remove(at: index)
            resumes[place] = rest.isEmpty ? nil : rest
            return job
        }
        return nil
    }
}
