import Foundation
import Logging
import Screening
import ScreeningTesting
import Stores
import Testing

@testable import Pipeline

@Suite("When accounts and connections were last heard of")
struct ContactTests {
    private let clock = ManualClock()

    @Test("What was heard and refused is taken once, the latest of each")
    func isTakenOnce() {
        let contacts = Contacts()
        let now = clock.now()
        contacts.heard(.connection("acme"), at: now)
        contacts.heard(.connection("acme"), at: now + .seconds(1))
        contacts.refused(.account("zinc"), .badSignature, at: now)
        contacts.refused(.account("zinc"), .unreadable, at: now + .seconds(2))
        contacts.refused(.connection("acme"), .badSignature, at: now)
        var heard: [Timestamp] = []
        var refused: [(OperatingState.Subject, String, Int)] = []
        for effect in contacts.take() {
            if case .heard(.connection("acme"), let time) = effect { heard.append(time) }
            if case .refusedDelivery(let subject, _, let reason, let count) = effect { refused.append((subject, reason, count)) }
        }
        #expect(heard == [now + .seconds(1)])
        #expect(refused.map(\.0) == [.account("zinc"), .connection("acme")])
        #expect(refused[0].1 == "unreadable" && refused[0].2 == 2 && refused[1].2 == 0, "what was accepted ends the count")
        #expect(contacts.take().isEmpty)
    }

    @Test("What the store did not take is written when it takes something again")
    func isWrittenLater() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fairlead-contacts-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try await StoreURL.open("sqlite:store.db", relativeTo: folder.path, clock: clock, random: SeededRandom())
        let contacts = Contacts()
        let environment = Environment(
            registry: Registry(connections: [], accounts: []),
            clock: clock,
            random: SeededRandom(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        contacts.heard(.connection("acme"), at: clock.now())
        for reason in [RefusedDeliveries.Reason.unreadable, .badSignature, .badSignature] {
            contacts.refused(.account("zinc"), reason, at: clock.now())
        }
        contacts.refused(.connection("stranger"), .unknownConnection, at: clock.now())
        let away = FaultyStore(store) { throw StoreError.unavailable("as invented") }
        await ContactWriter(environment: environment, store: away, contacts: contacts).write()
        #expect(try await store.state(of: .connection("acme")).lastHeardAt == nil)
        await ContactWriter(environment: environment, store: store, contacts: contacts).write()
        #expect(try await store.state(of: .connection("acme")).lastHeardAt == clock.now())
        let refused = try await store.refused(of: .account("zinc"), newest: 9)
        #expect(Dictionary(refused.map { ($0.reason, $0.count) }) { $1 } == ["unreadable": 1, "bad_signature": 2])
        #expect(try await store.refused(of: .connection("stranger"), newest: 9).isEmpty, "names that senders choose are not kept")
        await ContactWriter(environment: environment, store: store, contacts: contacts).write()
        #expect(try await store.refused(of: .account("zinc"), newest: 9).map(\.count).reduce(0, +) == 3, "written once")
        await store.close()
    }
}
