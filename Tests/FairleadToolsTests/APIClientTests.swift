import FairleadTools
import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@Suite("The API client") struct APIClientTests {
    private struct Answering: WireHandler {
        let response: WireResponse

        func respond(to request: WireRequest) async throws -> WireResponse {
            if response.status == 599 { throw Disconnect() }
            return response
        }
    }

    private func client(_ response: WireResponse?) -> APIClient {
        let transport = HandlerTransport(response.map { ["host.example.test": Answering(response: $0)] } ?? [:])
        return APIClient(url: "http://host.example.test/", token: Secret("t"), transport: transport)
    }

    private func problem(_ response: WireResponse?, post: Bool = false) async throws -> String {
        let client = client(response)
        do {
            _ = post ? try await client.post(["orders", "ord_1", "cancel"]) : try await client.get(["orders"])
            return "no problem"
        } catch let problem as APIProblem {
            return problem.description
        }
    }

    private func errorResponse(_ status: Int, _ code: String, _ detail: String) -> WireResponse {
        WireResponse(status, json: ["type": "urn:x", "title": "T", "status": .int(Int64(status)), "detail": .string(detail), "code": .string(code)])
    }

    @Test("problem documents become sentences that say what, where and what to do") func documents() async throws {
        #expect(
            try await problem(errorResponse(409, "too_late", "The worker has submitted already."), post: true)
                == "The worker has submitted already (409 too_late: POST /api/v1/orders/ord_1/cancel at http://host.example.test)."
        )
        #expect(
            try await problem(errorResponse(401, "unauthenticated", "the token is not known"))
                == "The host at http://host.example.test does not know the token. Put a live one into FAIRLEAD_TOKEN."
        )
        // Where the API names its own paths and members, the command line names commands and options.
        for (detail, sentence) in [
            ("there is no account x; GET /api/v1/accounts shows those that there are", "There is no account x; fairlead account list shows those"),
            ("waiting_on must be one of candidate, operator", "--waiting-on must be one of candidate, operator (400"),
            ("candidate.email: expected an e-mail address", "--email: expected an e-mail address (400"),
            ("scopes[1]: expected one of read", "--scope: expected one of read (400"), ("candidate must be an object", "Candidate must be an object"),
            ("state is what it is", "State is what it is"),
        ] {
            #expect(try await problem(errorResponse(400, "malformed", detail)).hasPrefix(sentence), "\(detail)")
        }
        var busy = errorResponse(503, "store_unavailable", "the store cannot be had now")
        busy.headers[.retryAfter] = "5"
        #expect(try await problem(busy).hasSuffix("Ask again in 5 s."))
    }

    @Test("what is no answer of the API's says so") func others() async throws {
        #expect(try await problem(nil).hasPrefix("Nobody listens at http://host.example.test ("))
        #expect(try await problem(WireResponse(502, body: Array("<html>".utf8))).contains("HTTP status 502"))
        #expect(try await problem(WireResponse(200, body: Array("<html>".utf8))).contains("it may not be a Fairlead host"))
        #expect(try await problem(WireResponse(599)).hasSuffix("Ask again."))
        #expect(try await problem(WireResponse(599), post: true).hasSuffix("look before asking again."))
    }

    @Test("paths and filters are encoded, the token goes along") func requests() async throws {
        let transport = HandlerTransport(["*": Answering(response: WireResponse(200, json: ["items": []]))])
        let client = APIClient(url: "host.example.test:8080/api/v1/", token: Secret("t-1"), transport: transport)
        let response = try await client.get(["orders", "a/b c"], query: [("state", "failed"), ("q", "Ana & Roe")])
        #expect(response.bytes == Array(#"{"items":[]}"#.utf8))
        let request = try #require(transport.requests.first)
        #expect(request.url == "http://host.example.test:8080/api/v1/orders/a%2Fb%20c?state=failed&q=Ana%20%26%20Roe")
        #expect(request.headers[.authorization] == "Bearer t-1")
    }
}
