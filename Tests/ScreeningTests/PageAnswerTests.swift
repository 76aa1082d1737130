import HTTPTypes
import Screening
import Testing

/// A page for people in place of the interface's answer.
@Suite("Pages in place of answers")
struct PageAnswerTests {
    private func creation(_ status: Int, _ body: String, type: String) -> CreationRule? {
        let response = WireResponse(status, headers: [.contentType: type], body: Array(body.utf8))
        return ProviderError(response: response, message: nil, creating: true, at: Timestamp(milliseconds: 0)).creation
    }

    @Test("A page is nobody's word on what was created; the interface's own refusal is", arguments: [400, 404, 405, 410, 422])
    func pages(_ status: Int) {
        #expect(creation(status, "<!DOCTYPE html><h1>Not here</h1>", type: "text/html") == .uncertain)
        #expect(creation(status, #"{"message":"no such package"}"#, type: "application/json") == .refused)
    }
}
