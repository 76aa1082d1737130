import Foundation
import HTTPTypes
import Screening
import Testing

@Suite("Text in URLs and forms")
struct FormEncodingTests {
    @Test(
        "Everything but ASCII letters, digits and -._~ is percent-encoded",
        arguments: [
            ("aZ09-._~", "aZ09-._~"), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("ä", "%C3%A4"), ("日", "%E6%97%A5"), ("/?#&=%", "%2F%3F%23%26%3D%25"),
            ("", ""),
        ]
    )
    func percentEncoding(_ text: String, _ encoded: String) {
        #expect(PercentEncoding.text(text) == encoded)
        #expect(encoded.removingPercentEncoding == text)
    }

    @Test("What would be no path segment of its own is none", arguments: ["", ".", ".."])
    func segments(_ text: String) {
        #expect(PercentEncoding.segment(text) == nil)
        #expect(PercentEncoding.segment(text + "a/") == text + "a%2F")
    }

    @Test("Pairs are read back as they were written")
    func roundTrip() {
        let pairs = [(name: "a b", value: "ä&="), (name: "a b", value: ""), (name: "", value: "+")]
        let text = FormEncoding.text(pairs)
        #expect(text == "a%20b=%C3%A4%26%3D&a%20b=&=%2B")
        let read = FormEncoding.pairs(text)
        #expect(read.map(\.name) == pairs.map(\.name) && read.map(\.value) == pairs.map(\.value))
    }

    @Test("A plus is a space, and what is encoded wrongly stays as it is")
    func reading() {
        let read = FormEncoding.pairs("a+b=c+%zz&x&&y=1=2")
        #expect(read.map(\.name) == ["a b", "x", "y"] && read.map(\.value) == ["c %zz", "", "1=2"])
    }

    @Test("Of a parameter that stands twice the first value counts")
    func query() {
        #expect(WireRequest(.get, "/x?a=1&a=2&b=c+d#?e=f").query == ["a": "1", "b": "c d"])
    }
}
