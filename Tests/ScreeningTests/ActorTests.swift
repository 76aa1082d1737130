import Screening
import Testing

@Suite("An actor")
struct ActorTests {
    private static let all: [Actor] = [
        .token(id: "tok_1", name: "Payroll"), .person(address: Personal("ana@example.test"), name: Personal("Ana Roe")),
        .person(address: Personal("ana@example.test")), .script(run: "run_1"), .system,
    ]

    @Test("comes back from its JSON form as it was", arguments: all)
    func roundTrip(_ actor: Actor) {
        #expect(Actor(json: actor.json) == actor)
    }

    @Test("is kind, id and name in the API")
    func shape() {
        #expect(Actor.token(id: "tok_1", name: "Payroll").json == ["kind": "token", "id": "tok_1", "name": "Payroll"])
        #expect(Actor.system.json == ["kind": "system", "id": .null, "name": .null])
    }

    @Test("does not print a person's address or name", arguments: all)
    func secrecy(_ actor: Actor) {
        let printed = "\(actor) \(String(reflecting: actor))"
        #expect(!printed.contains("example.test") && !printed.contains("Roe"))
    }

    @Test("is nobody where the stored form is none", arguments: [JSON.null, [:], ["kind": "token"], ["kind": "robot", "id": "1"]])
    func unknown(_ json: JSON) {
        #expect(Actor(json: json) == nil)
    }
}
