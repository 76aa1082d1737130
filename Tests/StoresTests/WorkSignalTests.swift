import Screening
import ScreeningTesting
import Testing

@testable import Stores

@Suite("Wake-ups")
struct WorkSignalTests {
    @Test("A commit wakes those who do what it queued, and nobody else")
    func onlyThoseOfTheKindAreWoken() async {
        let signal = WorkSignal(clock: ManualClock())
        let (runs, submissions) = (signal.stream(for: [.run]), signal.stream(for: [.submit, .read]))
        let all = signal.stream(for: Set(Work.Kind.allCases))
        signal.notify(of: [.run, .event])
        signal.finish()
        #expect(await count(runs) == 1)
        #expect(await count(submissions) == 0)
        #expect(await count(all) == 1)
    }

    private func count(_ stream: AsyncStream<Void>) async -> Int {
        var count = 0
        for await _ in stream { count += 1 }
        return count
    }
}
