import HTTPTypes
import Screening
import ScreeningTesting
import Synchronization
import Testing
import Web

@testable import Dashboard

/// What somebody waits at until it is opened.
private final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func pass() async {
        await withCheckedContinuation { continuation in
            let passes = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if passes { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// A number that several tasks change.
private final class Number: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    @discardableResult
    func change(_ change: (Int) -> Int) -> Int {
        number.withLock { number in
            number = change(number)
            return number
        }
    }
}

@Suite("How much drawing pages may take")
struct PageBudgetTests {
    @Test("So many pages are drawn at once, more wait for their turn, and beyond that people are asked to come back")
    func line() async throws {
        let (budget, gate) = (PageBudget(atOnce: 2, perViewer: 2, line: 2, linePerViewer: 2), Gate())
        let (now, most) = (Number(), Number())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await budget.draw(for: "ana") {
                        let count = now.change { $0 + 1 }
                        most.change { max($0, count) }
                        await gate.pass()
                        now.change { $0 - 1 }
                    }
                }
            }
            while budget.waiting < 2 || now.value < 2 { await Task.yield() }
            await #expect(throws: PageBudget.busy) { try await budget.draw(for: "ana") {} }
            await #expect(throws: PageBudget.busy) { try await budget.draw(for: "ben") {} }
            // What was done is told, however long the line is.
            group.addTask { try await budget.draw(for: "ben", isDone: true) {} }
            while budget.waiting < 3 { await Task.yield() }
            gate.open()
            try await group.waitForAll()
        }
        #expect(most.value == 2 && budget.waiting == 0)
        #expect(try await budget.draw(for: "ben") { 5 } == 5)
    }

    @Test("One sign-in does not take everybody's turns, and who goes away leaves the line")
    func fairness() async throws {
        let (budget, gate) = (PageBudget(atOnce: 3, perViewer: 1, line: 4, linePerViewer: 2), Gate())
        let script = Task { try await budget.draw(for: "script") { await gate.pass() } }
        let queued = (0..<2).map { _ in Task { try await budget.draw(for: "script") {} } }
        while budget.waiting < 2 { await Task.yield() }
        await #expect(throws: PageBudget.busy) { try await budget.draw(for: "script") {} }
        #expect(try await budget.draw(for: "ana") { "drawn" } == "drawn")
        queued[0].cancel()
        await #expect(throws: CancellationError.self) { try await queued[0].value }
        gate.open()
        try await script.value
        try await queued[1].value
        #expect(budget.waiting == 0)
    }

    @Test("Whoever is refused gets a calm page that says when to come back, and what they send is done all the same")
    func page() async throws {
        var fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        let budget = PageBudget(atOnce: 1, perViewer: 1, line: 0)
        fixture.parts.pageBudget = budget
        let gate = Gate()
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let form = try await browser.html("/orders/\(order.id)")
            let holding = Task { try await budget.draw(for: "somebody") { await gate.pass() } }
            while try await browser.get("/orders").status == 200 {}
            let refused = try await browser.get("/orders")
            #expect(refused.status == 503 && refused.header("Retry-After") == "2" && refused.html.contains("Nothing that was accepted is lost"))
            let hidden = ["csrf", "once"].map { (name: $0, value: Browser.hidden($0, in: form) ?? "") }
            #expect(try await browser.post("/orders/\(order.id)/resolve", hidden + [(name: "action", value: "abandon")]).status == 303)
            gate.open()
            try await holding.value
            #expect(try await browser.get("/orders").status == 200)
        }
    }

    @Test("Who signs in twice has the places of one, and a table of all orders takes none of them")
    func ofOnePerson() async throws {
        var fixture = try await DashboardFixture()
        let budget = PageBudget(atOnce: 6, perViewer: 1, line: 6, linePerViewer: 0)
        fixture.parts.pageBudget = budget
        let token = try await fixture.token([.readPersonal])
        let (gate, holds) = (Gate(), Number())
        try await fixture.run { (browser) async throws in
            let again = browser.another
            for browser in [browser, again] { _ = try await browser.signIn(token.secret) }
            let holding = Task {
                try await budget.draw(for: token.id) {
                    holds.change { $0 + 1 }
                    await gate.pass()
                }
            }
            while holds.value == 0 { await Task.yield() }
            for browser in [browser, again] {
                #expect(try await browser.get("/orders").status == 503)
                #expect(try await browser.get("/orders.csv").status == 200)
            }
            gate.open()
            try await holding.value
            #expect(try await again.get("/orders").status == 200)
        }
    }

    @Test("A provider that takes its time to say what it has holds no page's place")
    func slowProvider() async throws {
        var fixture = try await DashboardFixture()
        let order = try await fixture.order("application-1") { $0.status.state = .uncertain }
        fixture.parts.pageBudget = PageBudget(atOnce: 1, perViewer: 1, line: 0)
        let (gate, provider) = (Gate(), fixture.provider)
        provider.list([ListedRequest(reference: "ref-silent")])
        provider.listing.withLock { $0 = { await gate.pass() } }
        try await fixture.run { (browser) async throws in
            let other = Browser(server: browser.server, transport: browser.transport)
            _ = try await browser.signIn(DashboardFixture.admin)
            other.cookies = browser.cookies
            let slow = browser.cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            let (port, transport) = (browser.server.port, browser.transport)
            let page = Task {
                var request = WireRequest(.get, "http://127.0.0.1:\(port)/orders/\(order.id)", body: [])
                request.headers[.cookie] = slow
                return try await transport.send(request)
            }
            while provider.listings == 0 { await Task.yield() }
            #expect(try await other.get("/orders").status == 200)
            gate.open()
            let drawn = try await page.value
            #expect(drawn.status == 200 && drawn.html.contains("ref-silent"))
        }
    }

    @Test("Streams of changes are held open for so many, and the others are told to come again later")
    func streams() {
        let streams = OpenStreams(most: 3, perViewer: 2)
        #expect(streams.open("ana") && streams.open("ana") && !streams.open("ana"))
        #expect(streams.open("ben") && !streams.open("cleo"))
        streams.close("ana")
        #expect(streams.open("cleo") && !streams.open("ana"))
    }

    @Test("What many ask for at once is found out once, and while it is found out anew what was known is shown")
    func remembered() async throws {
        let (clock, gate) = (ManualClock(), Gate())
        let looks = Number()
        let remembered = Remembered<Int>(for: .seconds(4), clock) {
            let number = looks.change { $0 + 1 }
            if number != 2 { await gate.pass() }
            if number == 3 { throw StoreError.conflict }
            return number
        }
        let asked = (0..<20).map { _ in Task { try await remembered.value() } }
        while looks.value == 0 { await Task.yield() }
        gate.open()
        for task in asked { #expect(try await task.value == 1) }
        #expect(looks.value == 1)
        clock.advance(by: .seconds(5))
        // One of a moment ago, and the next is found out meanwhile.
        #expect(try await remembered.value() == 1)
        while try await remembered.value() != 2 { await Task.yield() }
        // What is too old is not shown, and a failure is told to whoever asked, and is not kept.
        clock.advance(by: .seconds(60))
        await #expect(throws: StoreError.conflict) { try await remembered.value() }
        #expect(try await remembered.value() == 4)
    }
}
