import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Plugins

/// What the other side echoes of a secret does not come back to the script.
@Suite("Secrets echoed in responses")
struct EchoedSecretTests {
    @Test("A secret echoed as a Basic authentication password is redacted, whatever the user name's length", arguments: ["u", "us", "use", "user"])
    func aPasswordBehindAnyUserNameIsHidden(_ user: String) throws {
        let secret = Secret("s3cr3t-api-value")
        let exchange = try ScriptExchange(
            ["method": "POST", "url": "https://ats.example.test/echo", "json": [:]],
            secrets: ["api_key": [secret]],
            key: "k",
            at: ManualClock().now()
        )
        let echoed = Array("\(user):\(secret.value)".utf8).base64
        let reply = exchange.reply(to: WireResponse(200, json: ["Authorization": .string("Basic " + echoed)]), limit: 10_000).string()
        #expect(reply.contains("‹secret›"))
        for length in 8...echoed.count {
            guard let bytes = [UInt8](base64: String(echoed.prefix(length))), let text = String(validating: bytes, as: UTF8.self) else { continue }
            #expect(!reply.contains(text) || text.count < 8)
        }
        #expect(!reply.contains(echoed))
    }

    @Test("A secret that comes back as it was sent in a URL is hidden")
    func aSecretInAURLIsHidden() throws {
        let secret = Secret("s3cr3t-api+value")
        let exchange = try ScriptExchange(
            ["method": "GET", "url": "https://ats.example.test/echo", "query": ["key": .string(secret.value)]],
            secrets: ["api_key": [secret]],
            key: "k",
            at: ManualClock().now()
        )
        let reply = exchange.reply(to: WireResponse(200, json: ["url": .string(exchange.request.url)]), limit: 10_000).string()
        #expect(exchange.request.url.contains("s3cr3t-api%2Bvalue"))
        #expect(reply.contains("‹secret›") && !reply.contains("s3cr3t"))
    }
}
