import Testing

@testable import Screening

@Suite("Bodies as they are received")
struct ReceivedBodyTests {
    private func body(_ bytes: [UInt8], _ format: BodyFormat = .json, _ headers: [String: String] = [:]) throws -> ReceivedBody {
        try ReceivedBody(ReceivedRequest(method: "POST", path: "/", headers: headers, body: bytes), as: format)
    }

    private func unreadable(_ bytes: [UInt8], _ format: BodyFormat = .json, _ headers: [String: String] = [:]) -> UnreadableBody? {
        do {
            _ = try body(bytes, format, headers)
            return nil
        } catch { return error as? UnreadableBody }
    }

    private static let name = Array(#"{"name":"José"}"#.utf8)
    private static let latin = Array(#"{"name":"Jos"#.utf8) + [0xE9] + Array(#""}"#.utf8)
    private static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { bigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
    }

    @Test("JSON is read in UTF-8, UTF-16 and, where the header says so, Latin-1")
    func encodings() throws {
        let expected: JSON = ["name": "José"]
        let text = #"{"name":"José"}"#
        for bytes in [
            Self.name, [0xEF, 0xBB, 0xBF] + Self.name, Self.utf16("\u{FEFF}" + text, bigEndian: true),
            Self.utf16("\u{FEFF}" + text, bigEndian: false),
            Self.utf16(text, bigEndian: true), Self.utf16(text, bigEndian: false),
        ] {
            #expect(try body(bytes).value == expected)
        }
        for charset in ["iso-8859-1", "ISO-8859-1", "\"latin1\"", "windows-1252"] {
            #expect(try body(Self.latin, .json, ["content-type": "application/json; charset=\(charset)"]).value == expected)
            // What is UTF-8 is UTF-8: many say Latin-1 and send the other.
            #expect(try body(Self.name, .json, ["content-type": "application/json; charset=\(charset)"]).value == expected)
        }
        #expect(try body(Self.name).isPlainJSON && !body(Self.utf16(text, bigEndian: true)).isPlainJSON)
    }

    @Test("A text whose encoding nobody can tell is said with its place: a name with unreadable letters is no name")
    func notText() {
        #expect(unreadable(Self.latin)?.offset == 12)
        #expect(unreadable(Self.latin, .json, ["content-type": "application/json; charset=utf-8"])?.message == "the text is not UTF-8 at byte 12")
        #expect(unreadable(Self.latin, .json, ["content-type": "application/json; charset=koi8-r"])?.message.contains("koi8-r") == true)
        #expect(unreadable([0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0])?.message.contains("utf-32") == true)
        #expect(unreadable([0xFE, 0xFF, 0])?.message.contains("UTF-16") == true)
    }

    @Test("What is not JSON says where and what was expected, and holds nothing of the body")
    func notJSON() throws {
        let error = try #require(unreadable(Array(#"{"name":"Ana Roe",}"#.utf8)))
        #expect(error.offset == 18 && error.expected == "JSON" && !error.message.contains("Ana"))
        #expect(error.failure.code == "unreadable_body" && error.failure.path == "byte 18")
        let form = unreadable(Array("name=Ana".utf8), .json, ["content-type": "application/x-www-form-urlencoded"])
        #expect(form?.hint?.contains("body: form") == true)
        #expect(unreadable(Array("<a/>".utf8), .json, ["content-type": "text/xml"])?.hint?.contains("body: text") == true)
        #expect(try body([]).value == nil)
    }

    @Test("A coded body is read; one that is not what its header says, or of an unknown coding, is unreadable")
    func codings() throws {
        #expect(try body(ContentCodingTests.gzip, .json, ["content-encoding": "gzip"]).value?["name"] == "Ana Roe")
        #expect(unreadable(Self.name, .json, ["content-encoding": "gzip"])?.expected.contains("gzip, deflate") == true)
        #expect(unreadable(Self.name, .json, ["content-encoding": "br"]) != nil)
        #expect(unreadable(ContentCodingTests.gzip)?.offset == 1)
    }

    @Test("A form is an object: repeated names are lists, a payload in JSON is read")
    func forms() throws {
        func form(_ text: String) throws -> JSON? { try body(Array(text.utf8), .form, ["content-type": "application/x-www-form-urlencoded"]).value }
        #expect(
            try form("name=Ana+Roe&a%5B%5D=1&a%5B%5D=2&a%5B%5D=3&empty=&bare") == [
                "name": "Ana Roe", "a[]": ["1", "2", "3"], "empty": "", "bare": "",
            ]
        )
        #expect(try form("payload=%7B%22id%22%3A4101.0%7D&n=1") == ["payload": ["id": 4101], "n": "1"])
        #expect(try form("payload=5&x=%zz") == ["payload": "5", "x": "%zz"])
        #expect(try form("\u{FEFF}a=1") == ["a": "1"])
    }

    @Test("A form has at most ten thousand fields, of one name or of many")
    func fields() throws {
        let most = ReceivedBody.fieldLimit
        #expect(try body(Array(repeatElement("a=1", count: most).joined(separator: "&").utf8), .form).value?["a"]?.items?.count == most)
        let found = unreadable(Array(repeatElement("a=1", count: most + 1).joined(separator: "&").utf8), .form)
        #expect(found?.message == "the form has more than 10000 fields" && found?.offset == 4 * most)
        #expect(unreadable(Array((0...most).map { "a\($0)=" }.joined(separator: "&").utf8), .form)?.message == found?.message)
    }

    @Test("What is no form is unreadable in place of becoming a form with one strange name")
    func notForms() {
        #expect(unreadable(Array(#"{"a":1}"#.utf8), .form)?.hint?.contains("body: json") == true)
        #expect(unreadable(Array("a=1".utf8), .form, ["content-type": "multipart/form-data; boundary=x"]) != nil)
        #expect(unreadable(Array("a=1&name=Jos%E9".utf8), .form)?.offset == 4)
    }

    @Test("Text is handed on, and bytes that are none are no text")
    func texts() throws {
        #expect(try body(Array("<a/>".utf8), .text).value == "<a/>")
        #expect(try body(Self.latin, .text, ["content-type": "text/plain; charset=latin1"]).value == #"{"name":"José"}"#)
        #expect(try body([0xFF, 0xC0], .text).value == nil)
    }
}
