import Testing

@testable import Pipeline

@Suite("The order in which work gets a thread") struct PromptFirstTests {
    private func taken(_ entries: [(String, isPrompt: Bool)]) -> [String] {
        var waiting = PromptFirst<String>()
        for (entry, isPrompt) in entries { waiting.add(entry, isPrompt: isPrompt) }
        var taken: [String] = []
        while let next = waiting.take() { taken.append(next) }
        return taken
    }

    @Test("what is prompt goes first, each line in its order") func promptFirst() {
        #expect(taken([("a", false), ("b", true), ("c", false), ("d", true)]) == ["b", "d", "a", "c"])
    }

    @Test("however much is prompt, every fourth turn is of what is patient") func nothingStarves() {
        let entries = Array(repeating: ("prompt", isPrompt: true), count: 12) + Array(repeating: ("patient", isPrompt: false), count: 2)
        let order = taken(entries)
        #expect(order[3] == "patient" && order[7] == "patient" && order.count == 14)
    }

    @Test("nothing is lost or turned around in a long line") func longLine() {
        var waiting = PromptFirst<Int>()
        var taken: [Int] = []
        for number in 0..<5_000 {
            waiting.add(number, isPrompt: false)
            if number % 3 == 0, let next = waiting.take() { taken.append(next) }
        }
        while let next = waiting.take() { taken.append(next) }
        #expect(taken == Array(0..<5_000))
    }
}
