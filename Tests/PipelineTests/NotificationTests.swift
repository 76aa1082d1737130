import Foundation
import HTTPTypes
import Screening
import ScreeningTesting
import Synchronization
import Testing

@testable import Pipeline

/// Outgoing webhooks over a real store, with real workers.
@Suite("Telling others") struct NotificationTests {
    /// A receiver that keeps what it is sent.
    private final class Receiver: WireHandler {
        private let state = Mutex((requests: [WireRequest](), refusals: 0))
        init(refusing count: Int = 0) { state.withLock { $0.refusals = count } }

        func respond(to request: WireRequest) async throws -> WireResponse {
            state.withLock { state in
                guard state.refusals == 0 else {
                    state.refusals -= 1
                    return WireResponse(500)
                }
                state.requests.append(request)
                return WireResponse(204)
            }
        }

        var requests: [WireRequest] { state.withLock { $0.requests } }
        var bodies: [JSON] { requests.compactMap { try? JSON(parsing: $0.body) } }
        var ids: [String] { requests.compactMap { $0.headers[HTTPField.Name("webhook-id")!] } }
    }

    static let secret = Secret("whsec_" + Array("a secret of thirty-two bytes, ok.".utf8).base64)

    private func endpoint(_ events: WebhookEndpoint.Events) -> WebhookEndpoint {
        WebhookEndpoint(
            id: "ops",
            url: "https://hooks.example.test/in",
            events: events,
            keys: [WebhookEndpoint.Key(Self.secret, createdAt: SystemClock().now())],
            createdAt: SystemClock().now()
        )
    }

    @Test("Every change of an order is told, in order, with a rising sequence and nothing about the person")
    func order() async throws {
        let harness = try await PipelineHarness(pace: .milliseconds(60))
        let receiver = Receiver()
        harness.transport.set(receiver, for: "hooks.example.test")
        try await harness.context.store.keep(endpoint(.some([.orderCreated, .orderUpdated])), over: 0)
        let order = try await harness.place("application-told")
        #expect(try await harness.order(order.id, in: .completed) != nil)
        let told = try await eventually { receiver.bodies.last?.at("data.state") == "completed" ? receiver.bodies : nil }
        let bodies = try #require(told)
        #expect(bodies.first?["type"] == "order.created" && bodies.dropFirst().allSatisfy { $0["type"] == "order.updated" })
        let sequence = bodies.compactMap { $0.at("data.sequence")?.integer }
        #expect(sequence == sequence.sorted() && Set(sequence).count == sequence.count && bodies.count > 2)
        #expect(bodies.allSatisfy { $0.at("data.order")?.text == order.id })
        let text = receiver.requests.map { String(decoding: $0.body, as: UTF8.self) }.joined()
        for personal in ["Roe", "@example.test", "application-told"] {
            #expect(!text.contains(personal), "a body holds personal data")
        }
        #expect(Set(receiver.ids).count == receiver.ids.count, "the same was told twice")
        await harness.stop()
    }

    @Test("A host that ends between a change and the telling loses nothing: the next one tells it, with the same id")
    func restart() async throws {
        let external = ExternalSystems(pace: nil)
        var harness = try await PipelineHarness(works: false, external: external)
        let receiver = Receiver()
        external.transport.set(receiver, for: "hooks.example.test")
        try await harness.context.store.keep(endpoint(.some([.orderCreated])), over: 0)
        let order = try await harness.place("application-kept")
        await harness.stop()
        #expect(receiver.requests.isEmpty)
        harness = try await PipelineHarness(folder: harness.folder, external: external)
        #expect(try await eventually { receiver.ids.isEmpty ? nil : receiver.ids } == ["ntf_\(order.id)_\(order.version)_created"])
        await harness.stop()
        external.end()
    }

    @Test("Wherever a host is killed on the way, what happened is told at least once, and always with the same id", arguments: 0..<12)
    func killed(step: Int) async throws {
        let external = ExternalSystems(pace: nil)
        let receiver = Receiver()
        external.transport.set(receiver, for: "hooks.example.test")
        var harness = try await PipelineHarness(works: false, external: external)
        let folder = harness.folder
        try await harness.context.store.keep(endpoint(.some([.test])), over: 0)
        let notice = Notice(.test, about: "ops", 7, at: SystemClock().now(), data: [:], addressee: "ops")
        try await harness.context.store.perform([.notify(notice)])
        await harness.stop()
        harness = try await PipelineHarness(folder: folder, external: external, kill: KillSwitch(at: 4 + step * 3))
        for _ in 0..<100 where receiver.ids.isEmpty && harness.kill?.isKilled != true { try await Task.sleep(for: .milliseconds(10)) }
        await harness.stop()
        harness = try await PipelineHarness(folder: folder, external: external)
        #expect(try await eventually { receiver.ids.isEmpty ? nil : true } == true)
        #expect(
            try await eventually {
                try await harness.context.store.deliveries(of: "ops", DeliveryQuery(), PageRequest()).items.first?.state == .delivered ? true : nil
            } == true
        )
        #expect(Set(receiver.ids) == [notice.id])
        await harness.stop()
        external.end()
    }

    @Test("What is about one order waits for what came before it; other orders go on")
    func headOfLine() async throws {
        let harness = try await PipelineHarness()
        let receiver = Receiver(refusing: 1)
        harness.transport.set(receiver, for: "hooks.example.test")
        let store = harness.context.store
        try await store.keep(endpoint(.all), over: 0)
        func notice(_ order: String, _ number: Int64) -> Notice {
            Notice(
                .orderUpdated,
                about: order,
                number,
                at: SystemClock().now(),
                order: order,
                data: ["order": .string(order), "sequence": .int(number)]
            )
        }
        try await store.perform([.notify(notice("ord_1", 1))])
        _ = try await eventually { try await store.endpoint("ops")?.health.failures == 1 ? true : nil }
        try await store.perform([.notify(notice("ord_1", 2)), .notify(notice("ord_2", 1))])
        #expect(try await eventually { receiver.bodies.first?.at("data.order") } == "ord_2", "another order waits")
        #expect(receiver.bodies.count == 1, "a later one overtook the one that is tried again")
        try await store.advanceDueTimes(by: .seconds(60), rests: false)
        let told = try await eventually { receiver.bodies.count == 3 ? receiver.bodies : nil }
        #expect(told?.dropFirst().map { $0.at("data.sequence") } == [1, 2])
        await harness.stop()
    }

    private static let python = PipelineHarness.repository.appending(path: ".build/webhooks-venv/bin/python")

    @Test(
        "The reference library takes what is sent, also by the old secret while it is rotated, and nothing else",
        .enabled(if: FileManager.default.isExecutableFile(atPath: NotificationTests.python.path), "scripts/setup test installs it")
    )
    func reference() async throws {
        let harness = try await PipelineHarness()
        let receiver = Receiver()
        harness.transport.set(receiver, for: "hooks.example.test")
        var endpoint = endpoint(.all)
        let old = StandardWebhooks.newSecret(from: SystemRandom())
        endpoint.keys.append(.init(old, createdAt: SystemClock().now(), expiresAt: SystemClock().now() + .seconds(3600)))
        try await harness.context.store.keep(endpoint, over: 0)
        _ = try await Webhooks(harness.context).test("ops")
        let request = try #require(try await eventually { receiver.requests.first })
        var headers: JSON = [:]
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] { headers[name] = JSON(request.headers[HTTPField.Name(name)!]) }
        let other = StandardWebhooks.newSecret(from: SystemRandom())
        let given: JSON = [
            "body": .string(String(decoding: request.body, as: UTF8.self)), "headers": headers,
            "right": [.string(Self.secret.value), .string(old.value)], "wrong": [.string(other.value)],
        ]
        #expect(try verify(given) == "ok\n")
        await harness.stop()
    }

    private func verify(_ given: JSON) throws -> String {
        let script = """
            import json, sys
            from standardwebhooks import Webhook, WebhookVerificationError
            given = json.loads(sys.argv[1])
            for secret in given["right"]:
                assert Webhook(secret).verify(given["body"], given["headers"])["type"] == "test"
            for secret, body in [(given["wrong"][0], given["body"]), (given["right"][0], given["body"] + " ")]:
                try:
                    Webhook(secret).verify(body, given["headers"])
                    sys.exit("taken")
                except WebhookVerificationError:
                    pass
            print("ok")
            """
        let process = Process()
        process.executableURL = Self.python
        process.arguments = ["-c", script, given.string()]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
