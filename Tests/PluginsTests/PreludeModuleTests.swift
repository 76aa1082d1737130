import PluginTesting
import Screening
import Testing

@testable import Plugins

/// The modules that scripts require: `text`, `time`, `crypto`, `json`.
@Suite("Script modules")
struct PreludeModuleTests {
    /// Each expression's value; all of a table in one run.
    private func check(_ expected: [(lua: String, value: JSON)], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let list = expected.map { "(function() local v = \($0.lua) if v == nil then v = json.null end return v end)()" }.joined(separator: ",\n")
        let outcome = try await PluginHarness.run("return {\(list)}")
        let values = try #require(outcome.value?.items, "\(outcome.end)", sourceLocation: sourceLocation)
        for (want, found) in zip(expected, values) { #expect(found == want.value, "\(want.lua)", sourceLocation: sourceLocation) }
        #expect(values.count == expected.count, sourceLocation: sourceLocation)
    }

    @Test("Telephone numbers are converted to E.164 with a default country")
    func phoneNumbers() async throws {
        let cases: [(String, String, JSON)] = [
            ("01632 960000", "GB", "+441632960000"), ("(01632) 960-000", "uk", "+441632960000"), ("+44 (0)1632 960000", "", "+441632960000"),
            ("0044 1632 960000", "GB", "+441632960000"), ("441632960000", "GB", "+441632960000"), ("07700 900123", "GB", "+447700900123"),
            ("0412 345 678", "AU", "+61412345678"), ("0011441632960000", "AU", "+441632960000"), ("(212) 555-0100", "US", "+12125550100"),
            ("1-212-555-0100", "US", "+12125550100"), ("612 345 678", "ES", "+34612345678"), ("06 1234567", "IT", "+39061234567"),
            ("+441632960000 ext 12", "", "+441632960000"), ("06201234567", "HU", "+36201234567"), ("+44 01632 960000", "GB", "+441632960000"),
            ("1632960000", "GB", "+441632960000"), ("9876543210", "IN", "+919876543210"), ("0163", "GB", .null), ("+46", "SE", .null),
            ("hello", "GB", .null),
            ("01632 960000", "", .null), ("++44", "GB", .null), ("01632 960000", "ZZ", .null),
        ]
        try await check(cases.map { (#"text.phone_e164("\#($0)", "\#($1)")"#, $2) } + [("text.phone_e164(json.null)", .null)])
    }

    @Test("Valid e-mail addresses are accepted and invalid ones are rejected")
    func addresses() async throws {
        let good = ["ana@example.test", "ana.roe+x@sub.example.test", "ñ@exämple.test"]
        let bad = ["a@b", "@x.test", "a b@x.test", "a@x..test", ".a@x.test", "a..b@x.test", "a@-x.test", "a@b@c.test", "a@1.2.3.4"]
        try await check(good.map { (#"text.is_email("\#($0)")"#, true) } + bad.map { (#"text.is_email("\#($0)")"#, false) })
    }

    @Test("Text helpers split names, trim, lower-case and make slugs")
    func names() async throws {
        try await check([
            ("{text.split_name'Ana Maria Roe'}", ["Ana Maria", "Roe"]), ("{text.split_name' Roe,  Ana Maria '}", ["Ana Maria", "Roe"]),
            ("{text.split_name'Ana'}", ["Ana"]), ("text.split_name'  '", .null), ("text.trim'  x y '", "x y"),
            (#"text.slug("Ångström's Straße & Œuvre — Ñandú!")"#, "angstroms-strasse-oeuvre-nandu"),
            ("text.lower'ÀÉŽŁŸ ΑΒΓ ЖЯЁ'", "àéžłÿ αβγ жяё"),
        ])
    }

    @Test("Dates and times are parsed and formatted as ISO 8601")
    func times() async throws {
        let cases: [(String, JSON)] = [
            ("2026-01-02T03:04:05Z", 1_767_323_045), ("2026-01-02T03:04:05.250+01:00", 1_767_319_445.25), ("2026-01-02", 1_767_312_000),
            ("2026-01-02 03:04", 1_767_323_040), ("20260102T030405Z", 1_767_323_045), ("2026-01-02T03:04:05-0530", 1_767_342_845),
            ("2024-02-29T24:00:00Z", 1_709_251_200), ("1969-12-31T23:59:59Z", -1), ("2026-01-02T03:04+01", 1_767_319_440),
            ("2026-01-02T03:04:05,5Z", 1_767_323_045.5), ("2026-02-30", .null), ("x", .null), ("2026-01-02T25:00Z", .null),
        ]
        try await check(cases.map { (#"time.parse("\#($0)")"#, $1) })
        try await check([
            ("time.format(1767323045)", "2026-01-02T03:04:05Z"), ("time.format(1767319445.25)", "2026-01-02T02:04:05.250Z"),
            ("time.format(1700000000.0)", "2023-11-14T22:13:20Z"), ("time.format_date(-1)", "1969-12-31"), ("time.format(0)", "1970-01-01T00:00:00Z"),
        ])
        let trip = try await PluginHarness.run(
            "local bad=0 for i=-800000,2500000,9973 do local s=i*1000 if time.parse(time.format(s))~=s then bad=bad+1 end end return bad"
        )
        #expect(trip.value == 0)
    }

    @Test("Hashes, HMACs, encodings and comparison give the known values")
    func signatures() async throws {
        try await check([
            ("crypto.hex(crypto.sha256(''))", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                "crypto.hex(crypto.hmac('sha256', 'key', 'The quick brown fox jumps over the lazy dog'))",
                "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
            ),
            ("crypto.base64(crypto.unhex('fff0'))", "//A="), ("crypto.base64url(crypto.unhex('fff0'))", "__A"),
            ("crypto.hex(crypto.unbase64url('__A'))", "fff0"), ("crypto.equal('a', 'a')", true), ("crypto.equal('a', 'b')", false),
        ])
    }

    @Test("JSON encoding and decoding keep lists, objects, nulls and large numbers")
    func json() async throws {
        try await check([
            ("json.encode{}", "{}"), ("json.encode(json.array())", "[]"), ("json.encode(json.decode'[]')", "[]"),
            ("json.encode(json.decode'{}')", "{}"),
            ("json.encode{b=1,a={1.0,json.null}}", #"{"a":[1,null],"b":1}"#), ("json.encode(json.decode'9007199254740993')", "9007199254740993"),
            ("tostring(json.null)", "null"), ("(pcall(json.decode, '{'))", false), ("(pcall(json.encode, {1, x=2}))", false),
        ])
    }

    @Test("The map module reads payload values by path, with defaults and alternatives")
    func payloadsReadByPath() async throws {
        try await check([
            ("m:get'b[2].c'", "x"), ("m:get'a'", .null), ("m:get'n.x.y'", .null), ("m:text'n'", "5"), ("m:default('blank','d')", "d"),
            ("m:one_of('email',{['ana@example.test']=3})", 3), (#"m:get'["b"][1]'"#, 1),
        ])
    }

    @Test(
        "An error in a module call names its path, what was expected and the script's line",
        arguments: [
            ("m:required('blank')", "message", "blank should be given, found text"), ("m:at('b[2]'):required('z','string')", "path", "b[2].z"),
            ("m:at('b'):required('[7]')", "path", "b[7]"), ("m:required('n','string')", "found", "integer"),
            ("m:one_of('email',{x=1,y=2})", "expected", "one of x, y"), ("m.get('x')", "hint", "write m:get(\"path\"), not m.get(\"path\")"),
            ("m:gte('x')", "hint", "did you mean 'get'?"), ("m:get('a..b')", "message", "map: the path 'a..b' cannot be read at character 2"),
            ("require'map'(nil):required('x')", "message", "x should be given, found nothing"),
            ("crypto.base64(ctx.secret.api_key)", "found", "secret"),
            ("crypto.hmac('md5','a','x')", "path", "algorithm"), ("json.nul", "hint", "did you mean 'null'?"),
        ]
    )
    func errorsNameThePlace(_ lua: String, _ member: String, _ expected: String) async throws {
        let outcome = try await PluginHarness.run("local v = \(lua) return v")
        #expect(outcome.error?[member]?.text == expected, "\(outcome.end)")
        #expect(outcome.error?["line"] == 1)
        #expect(outcome.error?["script"] == "bench/main.lua")
    }
}
