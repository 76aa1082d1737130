import Screening
import Testing

@testable import Pipeline

@Suite("Addresses of webhooks whose body is on its way")
struct AdmittedAddressTests {
    private let now = Timestamp(milliseconds: 1_000_000)
    private let address = AdmittedAddresses.Address(order: "ord_1", connection: "acme", account: "zinc")

    @Test("An address is known to the body that follows its head, and to none after it")
    func once() {
        let admitted = AdmittedAddresses()
        admitted.note(address, for: "token", at: now)
        #expect(admitted.take("another", at: now) == nil)
        #expect(admitted.take("token", at: now)?.order == "ord_1")
        #expect(admitted.take("token", at: now) == nil)
    }

    @Test("An address is looked for again where the body comes late, or the clock was set back")
    func late() {
        let admitted = AdmittedAddresses()
        for time in [now + .seconds(30), now + .seconds(-1)] {
            admitted.note(address, for: "token", at: now)
            #expect(admitted.take("token", at: time) == nil)
        }
    }

    @Test("No more than a number are remembered, and those whose body never came make room")
    func full() {
        let admitted = AdmittedAddresses()
        for number in 0...1024 { admitted.note(address, for: "token-\(number)", at: now) }
        #expect(admitted.take("token-1023", at: now) != nil)
        #expect(admitted.take("token-1024", at: now) == nil)
        let later = now + .seconds(31)
        admitted.note(address, for: "one", at: later)
        admitted.note(address, for: "two", at: later)
        #expect(admitted.take("two", at: later) != nil)
    }
}
