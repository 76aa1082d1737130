import Synchronization
import Testing

@testable import Screening

@Suite("Readings that many share", .timeLimit(.minutes(1)))
struct SharedReadingsTests {
    private struct Broken: Error {}

    private let readings = SharedReadings()

    /// Whoever reads or is let in here waits until the test lets it go on, one at a time.
    private final class Door: Sendable {
        private struct State {
            var came = 0
            var cancelled = 0
            var permits = 0
            var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        }

        private let state = Mutex(State())

        /// How many came.
        var count: Int { state.withLock { $0.came } }
        /// How many were cancelled here.
        var cancelled: Int { state.withLock { $0.cancelled } }

        func pass() async throws -> Int {
            let number = state.withLock { state in
                state.came += 1
                return state.came
            }
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let goesOn = state.withLock { state in
                        if state.permits > 0 {
                            state.permits -= 1
                            return true
                        }
                        state.waiters[number] = continuation
                        return false
                    }
                    if goesOn { continuation.resume() }
                }
            } onCancel: {
                let waiter = state.withLock { state in
                    state.cancelled += 1
                    return state.waiters.removeValue(forKey: number)
                }
                waiter?.resume(throwing: CancellationError())
            }
            return number
        }

        func letOneGoOn() {
            let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let first = state.waiters.keys.min() else {
                    state.permits += 1
                    return nil
                }
                return state.waiters.removeValue(forKey: first)
            }
            waiter?.resume()
        }

        /// Returns once so many have come.
        func arrivals(_ wanted: Int) async { while count < wanted { await Task.yield() } }
    }

    private func asking(_ door: Door, _ key: String = "list", admission: SharedReadings.Admission? = nil) async -> Task<Int, any Error> {
        let before = readings.waiting
        let task = Task { try await readings.value(of: key, admission: admission) { try await door.pass() } }
        while readings.waiting == before { await Task.yield() }
        return task
    }

    @Test("Who comes while a reading is under way gets the next one, and all of them the same")
    func shared() async throws {
        let door = Door()
        let first = await asking(door)
        await door.arrivals(1)
        var later: [Task<Int, any Error>] = []
        for _ in 0..<5 { later.append(await asking(door)) }
        door.letOneGoOn()
        #expect(try await first.value == 1)
        await door.arrivals(2)
        let last = await asking(door)
        door.letOneGoOn()
        for task in later { #expect(try await task.value == 2) }
        door.letOneGoOn()
        #expect(try await last.value == 3)
        #expect(door.count == 3 && readings.waiting == 0)
    }

    @Test("Nothing is kept of a reading that was answered")
    func notKept() async throws {
        for number in 1...3 { #expect(try await readings.value(of: "list") { number } == number) }
    }

    @Test("Different keys are different readings, and so are different types of one key")
    func keys() async throws {
        let (one, other) = (Door(), Door())
        let tasks = [await asking(one, "a"), await asking(other, "b")]
        await one.arrivals(1)
        await other.arrivals(1)
        one.letOneGoOn()
        other.letOneGoOn()
        for task in tasks { #expect(try await task.value == 1) }
        #expect(try await readings.value(of: "a") { "text" } == "text")
    }

    @Test("An error is told to everybody who waited, and counts as one; the next reading is not touched by it")
    func errors() async throws {
        let door = Door()
        let first = await asking(door)
        await door.arrivals(1)
        let failing = { @Sendable [readings] in
            try await readings.value(of: "list") { () async throws -> Int in throw ProviderError(.unavailable, "away") }
        }
        var waiting: [Task<Int, any Error>] = []
        for count in 1...3 {
            waiting.append(Task { try await failing() })
            while readings.waiting < 1 + count { await Task.yield() }
        }
        door.letOneGoOn()
        #expect(try await first.value == 1)
        var shared: [Bool?] = []
        for task in waiting { shared.append((await #expect(throws: ProviderError.self) { try await task.value })?.isShared) }
        #expect(shared.filter { $0 == false }.count == 1 && shared.filter { $0 == true }.count == 2)
        await #expect(throws: Broken.self) { try await readings.value(of: "list") { () async throws -> Int in throw Broken() } }
        #expect(try await readings.value(of: "list") { 7 } == 7)
    }

    @Test("Where the provider asks to be asked less, who waits for the next reading is told so, and it is not made")
    func patience() async throws {
        let door = Door()
        let asking = { @Sendable [readings] in
            try await readings.value(of: "list") { () async throws -> Int in
                _ = try await door.pass()
                throw ProviderError(.rateLimited, "slower", status: 429)
            }
        }
        var tasks = [Task { try await asking() }]
        await door.arrivals(1)
        for count in 1...3 {
            tasks.append(Task { try await asking() })
            while readings.waiting < 1 + count { await Task.yield() }
        }
        door.letOneGoOn()
        for task in tasks { #expect((await #expect(throws: ProviderError.self) { try await task.value })?.status == 429) }
        #expect(door.count == 1 && readings.waiting == 0)
    }

    @Test("One who is cancelled leaves the others alone")
    func cancelledOne() async throws {
        let door = Door()
        let first = await asking(door)
        await door.arrivals(1)
        let (leaving, staying) = (await asking(door), await asking(door))
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        door.letOneGoOn()
        door.letOneGoOn()
        #expect(try await first.value == 1)
        #expect(try await staying.value == 2)
        #expect(door.cancelled == 0)
    }

    @Test("A reading for which nobody waits any more is cancelled, and who comes then gets one of its own")
    func cancelledAll() async throws {
        let door = Door()
        let first = await asking(door)
        await door.arrivals(1)
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        let second = await asking(door)
        await door.arrivals(2)
        door.letOneGoOn()
        #expect(try await second.value == 2)
        #expect(door.cancelled == 1)
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await readings.value(of: "list") { 1 }
        }
        await #expect(throws: CancellationError.self) { try await early.value }
        #expect(readings.waiting == 0)
    }

    // MARK: Admission

    @Test("A reading asks once for all who wait; who comes before it is let in still belongs to it")
    func admission() async throws {
        let (gate, door) = (Door(), Door())
        let admission: SharedReadings.Admission = { _ = try await gate.pass() }
        let first = await asking(door, admission: admission)
        await gate.arrivals(1)
        let second = await asking(door, admission: admission)
        gate.letOneGoOn()
        door.letOneGoOn()
        #expect(try await first.value == 1)
        #expect(try await second.value == 1)
        #expect(gate.count == 1)
    }

    @Test("A reading that is refused is refused to all, and nothing is read; who need not ask has it made")
    func refused() async throws {
        let (gate, door) = (Door(), Door())
        let refusal = ReadsRefused(until: Timestamp(milliseconds: 5))
        let admission: SharedReadings.Admission = {
            _ = try await gate.pass()
            throw refusal
        }
        let asked = [await asking(door, admission: admission), await asking(door, admission: admission)]
        await gate.arrivals(1)
        gate.letOneGoOn()
        for task in asked { await #expect(throws: refusal) { try await task.value } }
        #expect(door.count == 0)
        let again = await asking(door, admission: admission)
        await gate.arrivals(2)
        let urgent = await asking(door)
        gate.letOneGoOn()
        door.letOneGoOn()
        #expect(try await again.value == 1)
        #expect(try await urgent.value == 1)
    }
}
