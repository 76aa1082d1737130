import HTTPTypes
import Screening
import ScreeningTesting
import Testing

@testable import Web

@Suite("Finding what came to nothing")
struct SubjectSearchTests {
    @Test("Events and runs that were skipped or rejected are found by external id, by whom they were about and by their reason")
    func search() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { (client) async throws in
            let key = try #require(HTTPField.Name("x-key"))
            let request = WireRequest(.post, client.server.url("/ats/acme/webhook"), headers: [key: "delivery-secret"], json: [:])
            let event = try #require(try await client.transport.send(request).json?["event"]?.text)
            var run = fixture.rejectedRun(of: event)
            run.result = Personal(["kind": "rejected", "reason": "The candidate has no e-mail address."])
            run.externalID = "application-101"
            run.searchTexts = Personal(["application-101", "Ana Roe"])
            try await fixture.store.perform([.run(run)])
            for filter in ["external_id=application-101", "q=roe", "q=ana%20roe", "reason=no%20e-mail", "reason=rejected", "q=\(event)"] {
                #expect(try await client.list("/events?\(filter)", "reason") == ["The candidate has no e-mail address."], "\(filter)")
                #expect(try await client.list("/events?\(filter)", "external_id") == ["application-101"], "\(filter)")
                #expect(try await client.list("/runs?\(filter)", "id").contains("run_1"), "\(filter)")
            }
            for filter in ["external_id=application-102", "q=benno", "reason=too%20late"] {
                #expect(try await client.list("/events?\(filter)", "id").isEmpty, "\(filter)")
                #expect(try await client.list("/runs?\(filter)", "id").isEmpty, "\(filter)")
            }
            #expect(try await client.get("/events/\(event)").json?["reason"] == "The candidate has no e-mail address.")
            // Without personal data: neither shown nor found while no order has it; anybody may have written it.
            for list in ["events", "runs"] {
                #expect(try await client.get("/\(list)?external_id=application-101", as: "plain").json?["items"] == [])
                let shown = try #require(try await client.get("/\(list)", as: "plain").json?.at("items.0"))
                #expect(shown["external_id"] == nil && shown["withheld"]?.items?.contains("external_id") == true, "\(list)")
            }
            let alone = [try await client.get("/events/\(event)", as: "plain").json, try await client.get("/runs/run_1", as: "plain").json]
            for shown in alone { #expect(shown?["id"] != nil && shown?["external_id"] == nil) }
            // With an order: found by id, without the reason; not by a person's name.
            _ = try await fixture.order("application-101")
            #expect(try await client.list("/runs?external_id=application-101", as: "plain") == ["application-101"])
            #expect(try await client.get("/runs/run_1", as: "plain").json?["external_id"] == "application-101")
            let plain = try await client.get("/events?external_id=application-101", as: "plain").json?["items"]?.items ?? []
            #expect(plain.count == 1 && plain[0]["reason"] == nil && plain[0]["external_id"] == "application-101")
            for filter in ["q=roe", "reason=no"] {
                for list in ["events", "runs"] { #expect(try await client.get("/\(list)?\(filter)", as: "plain").status == 403) }
            }
        }
    }
}
