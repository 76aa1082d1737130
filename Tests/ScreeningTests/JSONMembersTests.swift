import ScreeningTesting
import Testing

@testable import Screening

@Suite("The members of a JSON object")
struct JSONMembersTests {
    private static let few = [0, 1, JSON.Members.indexedFrom - 1, JSON.Members.indexedFrom, JSON.Members.indexedFrom + 1, 100]

    private func members(_ count: Int) -> JSON.Members { JSON.Members((0..<count).map { ("member \($0)", .int(Int64($0))) }) }

    @Test("Few and many members are set, replaced in their place and taken out alike", arguments: few)
    func changes(_ count: Int) {
        var members = members(count)
        #expect(members.pairs.map(\.name) == (0..<count).map { "member \($0)" })
        #expect(members["none"] == nil)
        members["none"] = nil
        #expect(members.pairs.count == count)
        for number in 0..<count { members["member \(number)"] = .int(Int64(-number)) }
        #expect(members.pairs.map(\.value) == (0..<count).map { .int(Int64(-$0)) })
        for number in stride(from: 0, to: count, by: 2) { members["member \(number)"] = nil }
        members["new"] = true
        #expect(members.pairs.map(\.name) == stride(from: 1, to: count, by: 2).map { "member \($0)" } + ["new"])
        for pair in members.pairs { #expect(members[pair.name] == pair.value) }
        #expect(members["member 0"] == nil)
    }

    @Test("The order of members does not matter to equality, their names and values do", arguments: few)
    func equality(_ count: Int) {
        let given = members(count)
        let turned = JSON.Members(given.pairs.reversed().map { ($0.name, $0.value) })
        #expect(given == turned)
        #expect(Set([given, turned]).count == 1)
        guard count > 0 else { return }
        var other = given
        other["member \(count - 1)"] = "other"
        #expect(other != given)
        other["member \(count - 1)"] = nil
        #expect(other != given)
        other["another"] = given["member \(count - 1)"]
        #expect(other != given)
    }

    @Test("Of a name given twice the last value stands, in the first one's place", arguments: few)
    func twice(_ count: Int) {
        let pairs = members(count).pairs.map { ($0.name, $0.value) }
        let doubled = JSON.Members(pairs + pairs.map { ($0.0, JSON.string("last")) })
        #expect(doubled.pairs.map(\.name) == pairs.map(\.0))
        #expect(doubled.pairs.allSatisfy { $0.value == "last" })
    }

    @Test("A text that names a member twice is refused, however many there are", arguments: few.dropFirst())
    func parsedTwice(_ count: Int) throws {
        var text = JSON.object(members(count)).string()
        #expect(try JSON(parsing: text) == .object(members(count)))
        text.removeLast()
        #expect(throws: JSONError.self) { try JSON(parsing: text + #","member 0":1}"#) }
    }

    @Test("What is done in any order ends as in a dictionary")
    func anyOrder() {
        let random = SeededRandom(5)
        var members = JSON.Members()
        var expected: [String: JSON] = [:]
        for step in 0..<4000 {
            let name = "m\(random.number(in: 0..<40))"
            let value: JSON? = random.number(in: 0..<3) == 0 ? nil : .int(Int64(step))
            members[name] = value
            expected[name] = value
            #expect(members.pairs.count == expected.count && members[name] == value)
        }
        #expect(Dictionary(uniqueKeysWithValues: members.pairs.map { ($0.name, $0.value) }) == expected)
    }

    /// With time that grows with the square of the number, this would run for many minutes.
    @Test("Two hundred thousand members are built, copied, compared, written and read", .timeLimit(.minutes(1)))
    func many() throws {
        let count = 200_000
        var first: JSON = [:]
        for number in 0..<count { first["member \(number)"] = .int(Int64(number)) }
        var second = JSON.object(JSON.Members((0..<count).reversed().map { ("member \($0)", .int(Int64($0))) }))
        #expect(first == second)
        let read = try JSON(parsing: first.bytes())
        #expect(read == first && read.bytes() == first.bytes())
        #expect(first.bytes(.sorted) == second.bytes(.sorted))
        second["member 0"] = nil
        #expect(first != second && second["member \(count - 1)"] == .int(Int64(count - 1)))
    }
}
