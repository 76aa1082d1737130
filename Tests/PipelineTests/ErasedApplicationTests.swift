import HTTPTypes
import Pipeline
import Screening
import ScreeningTesting
import Simulators
import Synchronization
import Testing

/// What comes of somebody after they were erased.
@Suite("An application whose person was erased")
struct ErasedApplicationTests {
    /// The external id is made by the script: before it ran, nobody knows which application a delivery is of.
    private static let script = """
        return function(base)
          base.on_event = function(event, ctx)
            ctx.orders.place{ external_id = "app-" .. event.body.number, package = "pkg_1", reorder = event.body.reorder,
              candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test", phone = "+441632960000" } }
          end
          return base
        end
        """

    @Test("It is ordered by no script, not even anew, and what was received of it goes once its run has ended")
    func isNotOrdered() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        let store = harness.context.store
        #expect(try await harness.send(["number": 7]).state == .done)
        let order = try #require(try await store.order(connection: "acme", externalID: "app-7"))
        let erasure = try await Erasures(harness.context).erase(.order(order.id), force: true, by: .system, note: nil)
        #expect(erasure.isSigned && erasure.counts["orders"] == 1)
        for body: JSON in [["number": 7, "stage": "offer"], ["number": 7, "reorder": true]] { _ = try await harness.deliver(body) }
        let isGone = try await eventually(within: 90) { try await store.events(EventQuery(), PageRequest()).items.isEmpty ? true : nil }
        #expect(isGone == true)
        #expect(try await store.orders(OrderQuery(), PageRequest()).items.isEmpty)
        #expect(try await harness.send(["number": 8]).state == .done)
        await harness.stop()
    }

    @Test("A webhook that was admitted before its order was erased, and comes in after, is answered and kept nowhere")
    func webhookBetween() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        let store = harness.context.store
        #expect(try await harness.send(["number": 7]).state == .done)
        let made = try #require(try await store.order(connection: "acme", externalID: "app-7"))
        let order = try #require(try await harness.order(made.id, in: .requested))
        let token = order.callbackToken.value
        try await harness.intake.admit(account: "zinc", token: token)
        _ = try await Erasures(harness.context).erase(.order(order.id), force: true, by: .system, note: nil)
        let body = Array(#"{"request_id": "\#(order.providerRef ?? "")", "status": "completed"}"#.utf8)
        let signature = ZincSimulator.signature(over: body, token: Secret("simulated-zinc-signing-token"))
        let webhook = Webhook(headers: ["x-zinc-webhook-signature": signature], body: body)
        let answer = try await harness.intake.webhook(account: "zinc", token: token, webhook)
        #expect(answer.status == 200)
        #expect(try await store.events(EventQuery(), PageRequest()).items.isEmpty)
        await harness.stop()
    }

    @Test("The ATS is told by on_erase once the keys are gone, with names that it knows; the certificate says so, and the run that told is destroyed")
    func isTold() async throws {
        let script = """
            return function(base)
              base.on_event = function(event, ctx)
                ctx.orders.place{ external_id = "app-" .. event.body.number, package = "pkg_1",
                  candidate = { first_name = "Ana", last_name = "Roe", email = "ana@example.test", phone = "+441632960000" } }
              end
              base.on_erase = function(person, ctx)
                for _, id in ipairs(person.external_ids) do
                  if ctx.orders.find{ external_id = id } then error("it is there still") end
                end
                ctx.kv.set("told", { ids = person.external_ids, order = person.orders[1].id })
              end
              return base
            end
            """
        let harness = try await PipelineHarness(script: script)
        let store = harness.context.store
        #expect(try await harness.send(["number": 7]).state == .done)
        let order = try #require(try await store.order(connection: "acme", externalID: "app-7"))
        #expect(try await harness.order(order.id, in: .requested) != nil)
        let erasures = Erasures(harness.context)
        let preview = try await erasures.preview(.order(order.id))
        #expect(preview.at("would.orders") == 1 && preview["needs_force"] == true && preview["open_orders"] == [.string(order.id)])
        #expect(preview["told"]?["connection:acme"] == "told by on_erase")
        #expect(try await store.order(order.id) != nil)
        let erasure = try await erasures.erase(.order(order.id), force: true, by: .system, note: nil)
        #expect(erasure.told["connection:acme"]?.hasPrefix("waiting: run_") == true && erasure.isSigned)
        #expect(erasure.told["account:zinc"] == "unsupported: ask them; Zinc was sent one request and takes no wish to erase")
        let told = try await eventually(within: 90) { try await erasures.erasure(erasure.id).told["connection:acme"] == "told" ? true : nil }
        let failures = try await store.runs(RunQuery(), PageRequest()).items.map { "\($0.hook) \($0.state) \($0.failure.map { "\($0)" } ?? "")" }
        #expect(told == true, "\(failures)")
        #expect(try await erasures.erasure(erasure.id).isSigned)
        #expect(try await store.value(connection: "acme", key: "told") == ["ids": ["app-7"], "order": .string(order.id)])
        let isGone = try await eventually(within: 90) { try await store.runs(RunQuery(), PageRequest()).items.isEmpty ? true : nil }
        #expect(isGone == true)
        await harness.stop()
    }

    @Test("A person orders for it anew; from then on it is heard of like any other, and is still ordered once")
    func isOrderedAnew() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        let store = harness.context.store
        #expect(try await harness.send(["number": 7, "name": "first"]).state == .done)
        let order = try #require(try await store.order(connection: "acme", externalID: "app-7"))
        var ended = try #require(try await harness.order(order.id, in: .requested))
        // With a result: of one that was cancelled its provider may say that it goes on.
        (ended.version, ended.status.state, ended.record.endedAt) = (ended.version + 1, .completed, ended.updatedAt)
        try await store.perform([.order(ended)])
        _ = try await Erasures(harness.context).erase(.order(order.id), force: true, by: .system, note: nil)
        let request: JSON = [
            "connection": "acme", "external_id": "app-7", "package": "pkg_1",
            "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test", "phone": "+441632960000"],
        ]
        let error = await #expect(throws: CommandError.self) { _ = try await harness.commands.place(request) }
        #expect(error?.code == "erased")
        var anew = request
        anew["reorder"] = true
        let placed = try await harness.commands.place(anew)
        #expect(placed.isNew)
        #expect(try await harness.order(placed.order.id, in: .requested) != nil)
        let run = try await harness.send(["number": 7, "name": "first"])
        #expect(run.state == .done && run.event != nil)
        #expect(try await store.events(EventQuery(), PageRequest()).items.filter { $0.kind == .ats }.count == 1)
        #expect(try await store.orders(OrderQuery(), PageRequest()).items.map(\.id) == [placed.order.id])
        #expect(harness.site.zinc.requests.count == 2)
        await harness.stop()
    }

    @Test(
        "What was open when it was erased is not ordered anew, by a script, by a person or by a request that is sent again: its provider goes on with it"
    )
    func wasOpen() async throws {
        let harness = try await PipelineHarness(script: Self.script)
        let store = harness.context.store
        #expect(try await harness.send(["number": 7]).state == .done)
        let order = try #require(try await store.order(connection: "acme", externalID: "app-7"))
        #expect(try await harness.order(order.id, in: .requested) != nil)
        _ = try await Erasures(harness.context).erase(.order(order.id), force: true, by: .system, note: nil)
        var request: JSON = [
            "connection": "acme", "external_id": "app-7", "package": "pkg_1",
            "candidate": ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test", "phone": "+441632960000"],
        ]
        for (reorder, code) in [(false, "erased"), (true, "erased_open"), (true, "erased_open")] {
            request["reorder"] = .bool(reorder)
            let error = await #expect(throws: CommandError.self) { _ = try await harness.commands.place(request) }
            #expect(error?.status == 409 && error?.code == code)
        }
        #expect(try await store.orders(OrderQuery(), PageRequest()).items.isEmpty)
        request["external_id"] = "app-8"
        #expect(try await harness.commands.place(request).isNew)
        await harness.stop()
    }
}
