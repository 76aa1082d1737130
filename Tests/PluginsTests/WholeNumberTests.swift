import PluginTesting
import Plugins
import Screening
import Testing

@testable import PluginTools

/// A whole number has one text, however it was written or computed.
@Suite("Whole numbers in scripts")
struct WholeNumberTests {
    @Test(
        "A whole number has one text, however it is written",
        arguments: [
            ("4101", "4101"), ("4101.0", "4101"), ("4.101e3", "4101"), ("41010e-1", "4101"), ("\"4101\"", "4101"), ("-7.00", "-7"),
            ("9007199254740993", "9007199254740993"), ("9007199254740993.0", "9007199254740993"), ("9.007199254740993e15", "9007199254740993"),
            ("9223372036854775807.000", "9223372036854775807"), ("12345678901234567890", "12345678901234567890"),
            ("12345678901234567890.0", "12345678901234567890"), ("1e3", "1000"), ("0e5", "0"), ("0.0", "0"), ("1e20", "100000000000000000000"),
        ]
    )
    func oneText(_ written: String, _ text: String) async throws {
        let outcome = try await PluginHarness.run(
            """
            local order = ctx.orders.place {external_id = m:get("id"), package = "pkg_1",
                candidate = {first_name = "Ana", last_name = "Roe", email = "ana@example.test"}}
            return {m:text("id"), screening.id(m:get("id")) or json.null, order.external_id}
            """,
            raw: "{\"id\": \(written)}"
        )
        #expect(outcome.value == [.string(text), .string(text), .string(text)], "\(outcome.end)")
        #expect(outcome.orders.map(\.externalID) == [text])
    }

    @Test(
        "Fractions stay what they are",
        arguments: [("0.5", "0.5"), ("1.25e-3", "0.00125"), ("1e300", "1e+300"), ("123456789.123456", "123456789.123456")]
    )
    func fractions(_ written: String, _ text: String) async throws {
        let outcome = try await PluginHarness.run("return {m:text('n'), json.encode(m:get('n'))}", raw: "{\"n\": \(written)}")
        #expect(outcome.value == [.string(text), .string(text)], "\(outcome.end)")
        if written.contains(".") {
            let id = try await PluginHarness.run("return screening.id(m:get('n')) == nil", raw: "{\"n\": \(written)}")
            #expect(id.value == true)
        }
    }

    @Test("A whole number that was computed goes out as one")
    func computed() async throws {
        let outcome = try await PluginHarness.run(
            """
            ctx.http.post("https://api.example.test/x", {json = {half = 10 / 2, part = 1 / 2}, query = {page = 4 / 2}, headers = {x_n = 6 / 2}})
            return {json.encode {10 / 2, 2^53, -0.0, 1 / 4}}
            """
        )
        #expect(outcome.value == ["[5,9007199254740992,0,0.25]"])
        let sent = outcome.calls.first?.arguments
        #expect(sent?["json"] == ["half": 5, "part": 0.5])
        #expect(sent?["query"] == ["page": "2"])
        #expect(sent?["headers"]?["x_n"] == "3")
    }
}
