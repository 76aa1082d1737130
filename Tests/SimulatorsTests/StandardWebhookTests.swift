import HTTPTypes
import Screening
import Testing

@testable import Simulators

@Suite("The simulators' Standard Webhooks")
struct StandardWebhookTests {
    private let secret = Secret("whsec_c2lnbmluZy1rZXk=")
    private let now = Timestamp(milliseconds: 1_767_225_600_000)

    private func isAccepted(_ seconds: String) -> Bool {
        var request = WireRequest(.post, "https://ats.example.test/callback", json: ["id": 1])
        StandardWebhook.sign(&request, id: "msg_1", at: now, secret: secret)
        request.headers[.webhookTimestamp] = seconds
        request.headers[.webhookSignature] = StandardWebhook.signature(id: "msg_1", seconds: seconds, body: request.body, secret: secret)
        return StandardWebhook.verify(request, at: now, secret: secret)
    }

    @Test("A timestamp is near to the present, whatever number it is")
    func timestamps() {
        let present = now.milliseconds / 1000
        for seconds in [present, present - 300, present + 300] { #expect(isAccepted(String(seconds))) }
        for seconds in [present - 301, present + 301, 0, .min, .max] { #expect(!isAccepted(String(seconds)), "\(seconds)") }
        #expect(!isAccepted("now"))
    }
}
