import Foundation
import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Dashboard

@Suite("The first page")
struct NowTests {
    @Test("Each state has its last fourteen days as a line and in a table; days that nobody looked at are gaps")
    func states() async throws {
        let fixture = try await DashboardFixture()
        let today = HistoryCount.day(of: fixture.clock.now())
        for (back, amount) in [(5, 4), (4, 9), (2, 6)] {
            let day = today - Int64(back)
            try await fixture.store.keep(
                orders: [HistoryCount(.orders(.accepted), slot: day, connection: "acme", amount: amount)],
                ofDay: day
            )
        }
        try await fixture.order("application-1")
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let html = try await browser.html("/")
            #expect(html.contains("accepted, 14 days: between 1 and 9, now 1"))
            let spark = try #require(html.components(separatedBy: "class=\"sparkline\"").dropFirst().first?.components(separatedBy: "</svg>").first)
            let path = try #require(spark.components(separatedBy: "<path d=\"").dropFirst().first?.components(separatedBy: "\"").first)
            #expect(path.count { $0 == "M" } == 3 && path.count { $0 == "L" } == 1, "\(path)")
            let table = try #require(
                html.components(separatedBy: "id=\"states-table\"").dropFirst().first?.components(separatedBy: "</details>").first
            )
            #expect(table.contains("<td class=\"number\">9</td>") && table.contains("<td class=\"number\">–</td>") && table.contains(">now</th>"))
        }
    }

    @Test("What is late in a state is told by how long others were in that state, where enough are known")
    func lateByOwnState() async throws {
        let fixture = try await DashboardFixture()
        let took: [Turnaround.Span: Duration] = [.provider: .seconds(86_400 * 5), .state(.inProgress): .seconds(3600)]
        for _ in 0..<TurnaroundHistory.enough {
            try await fixture.store.perform([.took(Turnaround(account: "one", package: "pkg_1", completedAt: fixture.clock.now(), spans: took))])
        }
        let now = fixture.clock.now()
        for (name, state) in [("late", OrderState.inProgress), ("other", .requested)] {
            try await fixture.order(name) { ($0.status.state, $0.updatedAt) = (state, now + .seconds(-86_400)) }
        }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let lines = try await browser.html("/").components(separatedBy: "late-line").dropFirst()
            #expect(lines.count == 1 && lines.first?.contains("state=in_progress") == true)
        }
    }

    @Test("Beside a state stands how many orders are unchanged in it for longer than usual at their account, and leads to them")
    func lateByState() async throws {
        let fixture = try await DashboardFixture()
        let took: [Turnaround.Span: Duration] = [.whole: .seconds(86_400 * 9), .provider: .seconds(86_400 * 5), .candidate: .seconds(3600)]
        for _ in 0..<TurnaroundHistory.enough {
            try await fixture.store.perform([.took(Turnaround(account: "one", package: "pkg_1", completedAt: fixture.clock.now(), spans: took))])
        }
        let now = fixture.clock.now()
        for (number, days) in [(1, 7), (2, 8), (3, 2)] {
            try await fixture.order("late-\(number)") { order in
                (order.status.state, order.updatedAt) = (.inProgress, now + .seconds(Int64(-86_400 * days)))
            }
        }
        try await fixture.order("elsewhere", connection: "beta") { $0.status.state = .inProgress }
        let beta = try await fixture.token([.read], connections: ["beta"])
        try await fixture.run { (browser) async throws in
            let other = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            _ = try await other.signIn(beta.secret)
            let html = try await browser.html("/")
            let link = try #require(html.components(separatedBy: "late-line").dropFirst().first?.components(separatedBy: "href=\"").dropFirst().first)
            let href = link.components(separatedBy: "\"")[0].replacing("&amp;", with: "&")
            #expect(link.contains("2 unchanged for over") && href.contains("state=in_progress") && href.contains("unchanged="), "\(link.prefix(200))")
            #expect(html.components(separatedBy: "late-line").count == 2)
            let list = try await browser.html(href)
            #expect(list.contains("late-1") && list.contains("late-2") && !list.contains("late-3") && !list.contains("elsewhere"))
            #expect(try await !other.html("/").contains("late-line"))
        }
    }

    @Test("The weeks of connections are pictures, and tables")
    func weeks() async throws {
        let fixture = try await DashboardFixture()
        let hour = HistoryCount.hour(of: fixture.clock.now())
        try await fixture.store.add([ContactCount(.connection("acme"), hour: hour, minutes: 3, deliveries: 41)])
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let now = try await browser.html("/")
            let table = try #require(now.components(separatedBy: "id=\"weeks-table\"").dropFirst().first?.components(separatedBy: "</details>").first)
            #expect(table.contains(">acme</th>") && table.contains("<td class=\"number\">\(hour % 24)</td>") && !table.contains(">beta</th>"))
            #expect(try await browser.html("/connections/acme").contains(">41 of "))
            #expect(try await browser.html("/connections").contains(">41 of "))
        }
    }

    @Test("What came in, was told and failed is drawn over a day or a week, with marks where the host changed, and stands in a table")
    func overTime() async throws {
        let fixture = try await DashboardFixture()
        let now = fixture.clock.now()
        let hour = HistoryCount.hour(of: now)
        try await fixture.store.add([ContactCount(.connection("acme"), hour: hour - 2, minutes: 1, deliveries: 41)])
        try await fixture.store.add(history: [
            HistoryCount(.told, slot: hour - 1, connection: "acme", amount: 23), HistoryCount(.told, slot: hour - 50, connection: "beta", amount: 31),
            HistoryCount(.failed, slot: hour, connection: "beta", amount: 3),
        ])
        try await fixture.store.note(HostMark(.upgraded, at: now + .seconds(-7000), version: "0.2.0", replica: "rep_1"))
        try await fixture.store.note(HostMark(.reloaded, at: now + .seconds(-3000), version: "0.2.0", replica: "rep_1"))
        let own = try await fixture.token([.read], connections: ["acme"])
        try await fixture.run { (browser) async throws in
            let limited = browser.another
            _ = try await browser.signIn(DashboardFixture.admin)
            let day = try await browser.html("/")
            for text in [
                "Received, last 24 hours: 41 in all", "Told, last 24 hours: 23 in all, at most 23 in an hour", "Failed, last 24 hours: 3 in all",
            ] {
                #expect(day.contains(text), "\(text)")
            }
            #expect(day.contains("upgraded 0.2.0") && day.contains("class=\"mark\"") && day.contains("<td class=\"number\">23</td>"))
            let week = try await browser.html("/?span=7d")
            #expect(
                week.contains("Told, last 7 days: 54 in all, at most 31 in six hours") && week.contains("href=\"/?span=7d\" aria-current=\"page\"")
            )
            // Who sees one connection is told of no other's work, nor when the settings of all changed.
            _ = try await limited.signIn(own.secret)
            let less = try await limited.html("/?span=7d")
            #expect(less.contains("Told, last 7 days: 23 in all") && less.contains("Failed, last 7 days: 0 in all"))
            #expect(!less.contains("upgraded") && !less.contains("reloaded"))
        }
    }

    @Test("An account shows how much of its reads was used")
    func budget() async throws {
        var fixture = try await DashboardFixture()
        fixture.parts.readsInLastMinute = { ["one": 7] }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            let html = try await browser.html("/")
            #expect(html.contains("7 of 30 reads in the last minute") && html.contains("0 of 30 reads in the last minute"))
            #expect(html.contains("class=\"gauge\"") && !html.contains("used all its reads"))
        }
    }

    @Test("An account that used all its reads is not called well")
    func spentBudget() async throws {
        var fixture = try await DashboardFixture()
        fixture.parts.readsInLastMinute = { ["one": 30] }
        try await fixture.run { (browser) async throws in
            _ = try await browser.signIn(DashboardFixture.admin)
            #expect(try await browser.html("/").contains("used all its reads of the last minute"))
        }
    }
}
