import Screening
import Testing

@testable import Web

@Suite("Telephone numbers in the API")
struct TelephoneTests {
    private func placing(_ phone: JSON, _ country: JSON = .null) -> JSON {
        var body = placement("a-1")
        body["candidate"] = ["first_name": "Ana", "last_name": "Roe", "email": "ana@example.test", "phone": phone, "country": country]
        return body
    }

    @Test("A number is kept as scripts' phone_e164 writes it, or as it stands where its country is not known")
    func kept() async throws {
        for (phone, country, kept) in [
            ("+44 (0)1632 960000", .null, "+441632960000"), ("0044 1632 960000", .null, "+441632960000"), (" 01632 960000", "GB", "+441632960000"),
            ("01632 960000", .null, "01632 960000"), ("", "GB", nil),
        ] as [(String, JSON, String?)] {
            let fixture = try await APIFixture()
            try await fixture.run { client in
                let placed = try await client.post("/orders", placing(.string(phone), country))
                #expect(placed.status == 201 && placed.json?.at("candidate.phone")?.text == kept, "\(phone)")
            }
        }
    }

    @Test("A number that is none is 422, names the field, and repeats nothing of it")
    func refused() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { client in
            for (phone, country) in [
                ("+44", .null), ("+4416", .null), ("0163", "GB"), ("12345", .null), ("1234567890123456", .null), ("call me", .null),
                ("01632 960000 / 01632 960001", "GB"), ("+441632960000 ext 12", .null), ("+44163296000000000", .null),
            ] as [(String, JSON)] {
                let answer = try await client.post("/orders", placing(.string(phone), country))
                #expect(answer.status == 422 && answer.json?["field"] == "candidate.phone", "\(phone)")
                #expect(answer.json?["detail"]?.text?.contains("found a number") == true || phone == "call me", "\(answer.json?["detail"] as Any)")
                #expect("such as +441632960000".contains(phone) || answer.json?["detail"]?.text?.contains(phone) == false)
            }
            let list = try await client.post("/orders", placing(["+441632960000"]))
            #expect(list.status == 422 && list.json?["field"] == "candidate.phone", "\(list.json?.string() ?? "")")
            #expect(try await client.list("/orders").isEmpty)
        }
    }

    @Test("A number that mends an order is read by the order's country")
    func mended() async throws {
        let fixture = try await APIFixture()
        try await fixture.run { client in
            var order = try await fixture.store.place(try await fixture.order("a-1")).order
            order.version += 1
            order.status.state = .refused
            order.candidate.country = "GB"
            try await fixture.store.perform([.order(order)])
            let wrong = try await client.post("/orders/\(order.id)/retry", ["candidate": ["phone": "0163"]])
            #expect(wrong.status == 422 && wrong.json?["field"] == "candidate.phone")
            let right = try await client.post("/orders/\(order.id)/retry", ["candidate": ["phone": "01632 960000"]])
            #expect(right.status == 202 && right.json?.at("candidate.phone") == "+441632960000", "\(right.json?.string() ?? "")")
        }
    }
}
