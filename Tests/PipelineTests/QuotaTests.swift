import Plugins
import Screening
import ScreeningTesting
import Simulators
import Testing

@testable import Pipeline

/// One connection fills neither the store nor a provider's day.
@Suite("Quotas of connections") struct QuotaTests {
    private static let script = """
        return function(base)
          base.on_event = function(event, ctx)
            local a = event.body.data
            if a.package == "kv" then for i = 1, 40 do ctx.kv.set("k" .. i, ("x"):rep(60000)) end return end
            if a.package == "small" then return end
            ctx.orders.place { external_id = a.application.id, package = "pkg_1", candidate = a.candidate,
              metadata = { callback_url = a.package == "steal" and "https://simulators.example.test/steal" or nil } }
          end
          return base
        end
        """

    private func deliver(_ harness: PipelineHarness, _ number: Int, package: String = "pkg_1") async throws -> WireResponse {
        try await harness.site.ats.orderScreening(
            at: "https://host.example.test/ats/tried/standard",
            application: "application-\(number)",
            package: package,
            candidate: Candidate(firstName: "Ana", lastName: "Roe", email: "ana@example.test", phone: "+441632960000")
        )
    }

    private func runs(_ harness: PipelineHarness, _ state: Run.State) async throws -> [RunSummary] {
        var query = RunQuery()
        query.connections = ["tried"]
        query.states = [state]
        return try await harness.context.store.runs(query, PageRequest()).items
    }

    @Test("Beyond the hour's orders runs wait, unspent, and say which setting it is; nothing is lost")
    func ordersOfAnHour() async throws {
        var limits = ScriptLimits()
        limits.ordersPerHour = 3
        let harness = try await PipelineHarness(overlays: ["tried": Self.script], limits: limits)
        for number in 1...6 { #expect(try await deliver(harness, number).status == 200) }
        let waiting = try #require(
            try await eventually {
                let waiting = try await runs(harness, .waiting)
                return waiting.count == 3 ? waiting : nil
            }
        )
        #expect(waiting.allSatisfy { $0.failure?.code == "orders_per_hour" && $0.attempt == 0 && $0.nextAttemptAt != nil })
        #expect(waiting.first?.failure?.message.contains("connections.tried.limits or workers.limits") == true)
        var query = OrderQuery()
        query.connections = ["tried"]
        #expect(try await harness.context.store.orders(query, PageRequest()).items.count == 3)
        await harness.stop()
    }

    @Test("A script that keeps more than it may is told so at its line")
    func valuesOfAConnection() async throws {
        var limits = ScriptLimits()
        limits.valueBytes = 1 << 20
        let harness = try await PipelineHarness(overlays: ["tried": Self.script], limits: limits)
        _ = try await deliver(harness, 1, package: "kv")
        let ended = try await eventually {
            let (waiting, dead) = (try await runs(harness, .waiting), try await runs(harness, .dead))
            return (waiting + dead).first
        }
        let run = try #require(ended)
        #expect(run.failure?.code == "kv_limit" && run.failure?.line != nil)
        #expect(run.failure?.message.contains("kv_mb") == true)
        let used = try await harness.context.store.usage(of: "tried").amount(.values, at: SystemClock().now())
        #expect((900_000...1 << 20).contains(used))
        await harness.stop()
    }

    @Test("Deliveries beyond the day's bytes are answered 429, and the connection says why")
    func bytesOfADay() async throws {
        var limits = ScriptLimits()
        limits.storedBytesPerDay = 10_000
        let harness = try await PipelineHarness(overlays: ["tried": Self.script], limits: limits)
        let connection = try #require(harness.context.registry.connection("tried"))
        #expect(try await deliver(harness, 1, package: "small").status == 200)
        #expect(harness.commands.problem(of: connection) == nil)
        var refused: WireResponse?
        for number in 2...30 where refused == nil {
            let response = try await deliver(harness, number, package: "small")
            if response.status != 200 { refused = response }
        }
        #expect(refused?.status == 429 && refused?.json?["code"] == "stored_limit")
        #expect(harness.commands.problem(of: connection)?["code"] == "stored_limit")
        // A run of what was taken in asks whether there is room for nothing more: that takes nothing back.
        let environment = harness.context.environment
        #expect(try await harness.commands.breakers.storage.exceeded(by: 0, of: connection, in: harness.context.store, environment) == nil)
        #expect(harness.commands.problem(of: connection)?["code"] == "stored_limit")
        #expect(try await deliver(harness, 31, package: "small").status == 429)
        await harness.stop()
    }

    @Test(
        "An address that a delivery names gets nothing where it is no callback host, or nothing says what one is",
        arguments: [["elsewhere.example.test"], nil]
    )
    func callbackHosts(_ hosts: [String]?) async throws {
        let patterns = try hosts?.map { try #require(HostPattern($0)) }
        let harness = try await PipelineHarness(
            pace: .milliseconds(20),
            overlays: ["tried": "return function(base) return base end"],
            callbackHosts: patterns
        )
        #expect(try await deliver(harness, 1).status == 200)
        let refused = try await eventually {
            let (waiting, dead) = (try await runs(harness, .waiting), try await runs(harness, .dead))
            return (waiting + dead).first { $0.hook == "on_update" }
        }
        #expect(refused?.failure?.code == "url_not_permitted")
        #expect(hosts == nil || refused?.failure?.message.contains("callback hosts") == true)
        #expect(!harness.site.ats.received.contains { $0.kind == .callback })
        // What an administrator names is called where nothing says otherwise.
        let placed = try await harness.place("application-9")
        #expect(placed.destinations == [harness.site.ats.callbackURL])
        let told = try await eventually(within: hosts == nil ? 10 : 1) { harness.notifiedStates(of: "application-9").first }
        #expect((told != nil) == (hosts == nil))
        await harness.stop()
    }

    @Test("An address that callback hosts refused opens with its host, and not because nothing says any more what a callback host is")
    func refusedCallback() async throws {
        let elsewhere = try #require(HostPattern("elsewhere.example.test"))
        let harness = try await PipelineHarness(overlays: ["tried": "return function(base) return base end"], callbackHosts: [elsewhere])
        #expect(try await deliver(harness, 1).status == 200)
        let placed = try await eventually { try await harness.context.store.order(connection: "tried", externalID: "application-1") }
        var order = try #require(placed)
        #expect(order.causedBy != nil && order.destinations == [harness.site.ats.callbackURL])
        let connection = try #require(harness.context.registry.connection("tried"))
        let url = try #require(URLParts(harness.site.ats.callbackURL))
        func permits(_ hosts: [String]?) throws -> Bool {
            let changed = Connection(
                id: connection.id,
                plugin: connection.plugin,
                accounts: connection.accounts,
                secrets: connection.secrets,
                settings: connection.settings,
                scripts: connection.scripts,
                hooks: connection.hooks,
                callbackHosts: try hosts?.map { try #require(HostPattern($0)) }
            )
            return changed.permissions(order: order, input: .null).permits(url)
        }
        #expect(try !permits(["elsewhere.example.test"]) && permits(["elsewhere.example.test", "simulators.example.test"]))
        #expect(try !permits(nil))
        // Where an administrator placed it, they named the address.
        order.causedBy = nil
        #expect(try permits(nil) && !permits(["elsewhere.example.test"]))
        await harness.stop()
    }

    @Test("An address that a script put into an order's metadata is not called; one that the delivery named is kept with the order")
    func destinations() async throws {
        let harness = try await PipelineHarness(pace: .milliseconds(20), overlays: ["tried": Self.script])
        _ = try await deliver(harness, 1, package: "steal")
        let refused = try await eventually {
            let (waiting, dead) = (try await runs(harness, .waiting), try await runs(harness, .dead))
            return (waiting + dead).first
        }
        let run = try #require(refused)
        #expect(run.hook == "on_update" && run.failure?.code == "url_not_permitted")
        let order = try #require(try await harness.context.store.order(connection: "tried", externalID: "application-1"))
        #expect(order.destinations.isEmpty && order.metadata.value["callback_url"] != nil)
        let named = try await harness.place("application-9")
        #expect(named.destinations == [harness.site.ats.callbackURL])
        #expect(try await harness.context.store.order(named.id)?.destinations == named.destinations)
        await harness.stop()
    }
}
