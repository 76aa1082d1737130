import Foundation
import LuaRuntime
import Testing

/// What JSON means on its way into a script and out again.
@Suite("JSON codec")
struct CodecTests {
    static let echo = "return function(request) return request end"

    static let unchanged = [
        "null", "true", "false", "0", "-1", "0.1", "1e+300", "9007199254740993", "9223372036854775807", "-9223372036854775808",
        #""""#, #""a\"\\\b\f\n\r\t\u0000\u001f/""#, #""é€😀""#, "[]", "{}", "[[],{}]", #"{"a":[1,2.5,null],"b":{"c":{}}}"#, #"["a",null]"#,
        #"{"":1," ":2}"#,
    ]

    @Test("A JSON value passes through a script unchanged", arguments: unchanged)
    func comesBackUnchanged(_ json: String) async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let end = try await Fixture.run(Self.echo, request: json, in: pool)
            #expect(end.text == json)
        }
    }

    static let changed = [
        (#" { "b" : 1 , "a" : [ ] } "#, #"{"a":[],"b":1}"#),
        ("9223372036854775808", #""9223372036854775808""#),
        ("-9223372036854775809", #""-9223372036854775809""#),
        ("123456789012345678901234567890", #""123456789012345678901234567890""#),
        ("1e400", #""1e400""#), ("-1e400", #""-1e400""#), ("1E2", "100"), ("-0", "0"), ("1e-400", "0"), ("1.0", "1"), ("-0.0", "0"),
        ("4.101e3", "4101"),
        ("9007199254740993.0", "9007199254740993"), ("12345678901234567890.0", #""12345678901234567890""#), ("5e-324", "4.94065645841247e-324"),
        ("0.30000000000000004", "0.30000000000000004"),
        (#""\u0041\ud83d\ude00\/""#, #""A😀/""#),
    ]

    @Test("JSON in another notation keeps its value, and numbers out of range become text", arguments: changed)
    func keepsTheValue(_ json: String, _ expected: String) async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let end = try await Fixture.run(Self.echo, request: json, in: pool)
            #expect(end.text == expected)
        }
    }

    static let refused = [
        ("[1,2,]", "byte 6"), (#"{"a":1,}"#, "byte 8"), ("01", "byte 2"),
        ("[1", "byte 3"), ("", "byte 1"), ("[1]x", "byte 4"), ("nul", "byte 1"), ("\"\\x\"", "byte 3"), ("1.", "byte 3"),
        ("1e", "byte 3"),
    ]

    @Test("Invalid JSON is refused with the position of the error", arguments: refused)
    func namesTheByte(_ json: String, _ place: String) async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let quoted = try String(decoding: JSONEncoder().encode(json), as: UTF8.self)
            let end = try await Fixture.run("return function(request) return json.decode(request) end", request: quoted, in: pool)
            #expect(end.error?.message.contains(place) == true, "\(end)")
            #expect(end.error?.line == 1)
        }
    }

    static let mended = [
        ("\u{FEFF}[1]", "[1]"), (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
        (#"["\ud83d","\udc00x","\ud800\u0041"]"#, "[\"\u{FFFD}\",\"\u{FFFD}x\",\"\u{FFFD}A\"]"),
        ("[\"a\nb\tc\"]", #"["a\nb\tc"]"#), ("[NaN,Infinity,-Infinity]", "[null,null,null]"),
        ("[4101.0,4.101e3,41010e-1,-0.0,0e9]", "[4101,4101,4101,0,0]"),
        ("[9007199254740993.0,1.5,1e400]", #"[9007199254740993,1.5,"1e400"]"#),
        ("[12345678901234567890,1.2345678901234567890e19]", #"["12345678901234567890","12345678901234567890"]"#),
        ("[-9.223372036854775808e18,1e300]", "[-9223372036854775808,1e+300]"),
    ]

    @Test("What scripts decode comes from outside, and is read leniently", arguments: mended)
    func readsLeniently(_ json: String, _ expected: String) async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let quoted = try String(decoding: JSONEncoder().encode(json), as: UTF8.self)
            let end = try await Fixture.run("return function(request) return json.decode(request) end", request: quoted, in: pool)
            #expect(end.text == expected, "\(end)")
        }
    }

    static let unencodable = [
        ("{ candidate = { phone = { 'a', print or pairs } } }", "candidate.phone[2]: a function"),
        ("{ a = { ['b c'] = 0 / 0 } }", #"a["b c"]: not a number"#), ("{ a = 1 / 0 }", "a: an infinite number"),
        ("{ a = '\\xff' }", "a: the text is not valid UTF-8"),
        ("{ a = { 1, x = 2 } }", "a: a table must not mix"), ("{ [1] = 1, [3] = 3 }", "a list must not have gaps"),
        ("json.array({ x = 1 })", "a list must not have"),
    ]

    @Test("A Lua value that JSON cannot represent is refused with its path", arguments: unencodable)
    func namesThePath(_ value: String, _ message: String) async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let end = try await Fixture.run("return function() return \(value) end", in: pool)
            #expect(end.error?.message.hasPrefix(message) == true, "\(end)")
            #expect(end.error?.script == "acme/main.lua")
        }
    }

    @Test("Empty lists and objects stay distinct when encoded")
    func listsAndObjectsKeepTheirKind() async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let source =
                "return function() return { json.array(), {}, json.array({ 1 }), { 1 }, setmetatable({}, { __json = 'secret:key' }), json.null } end"
            let end = try await Fixture.run(source, in: pool)
            #expect(end.text == #"[[],{},[1],[1],"secret:key",null]"#)
        }
    }

    @Test("JSON nested more than 64 levels deep is refused")
    func depthIsBounded() async throws {
        try await LuaPool.with(.inProcess) { pool async throws in
            let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
            let source = "return function(text) return json.encode(json.decode(text)) == text end"
            #expect(try await Fixture.run(source, request: #""\#(deep)""#, in: pool).text == "true")
            let end = try await Fixture.run(source, request: #""[\#(deep)]""#, in: pool)
            #expect(end.error?.code == .nestingLimit)
        }
    }

    @Test("A request that is not JSON ends with a bad-request error")
    func aRequestThatIsNotJSONIsTheHostsFault() async throws {
        try await LuaPool.with { pool async throws in
            let end = try await Fixture.run(Self.echo, request: "{", in: pool)
            #expect(end.error?.code == .badRequest)
        }
    }
}
