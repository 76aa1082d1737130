import HTTPTypes
import Testing

@testable import Screening

/// The coded texts were made with zlib.
@Suite("Content codings")
struct ContentCodingTests {
    static let plain = Array(
        #"{"name":"Ana Roe","text":"abababababababababababababababababababababababababababababababababababababababab","list":[0,919,838,757,676,595,514,433,352,271,190,109,28,947,866,785,704,623,542,461,380,299,218,137,56,975,894,813,732,651,570,489,408,327,246,165,84,3,922,841,760,679,598,517,436,355,274,193,112,31,950,869,788,707,626,545,464,383,302,221]}"#
            .utf8
    )
    static let gzip = [UInt8](
        base64:
            "H4sIAAAAAAACA63POUpEARAE0KvIjyvofTHzCpOKwRcmEHQMnEAQ724dQjppmqZ49XPczo/r8Xg83c6Hy+f1wHG/ft95OF//d5j8/vbF5GfB6mJ80NmoLuQmUgPhDk+DtUJXoLKwwUZjqtCTaAmUOTIMUQofgS3fdKDeyMJ2YjYw6mg3VCqyBTGLkIFbw6Kgxb+AY824KLqEnCVnyGlyipwkJ8hxqBpcsSnkLDlsIGxgbBBJDsOGDYQNTF9+/wBTVBIlXQEAAA=="
    )!

    static let coded: [(coding: String, text: String)] = [
        ("gzip", gzip.base64), ("GZIP, identity", gzip.base64), ("x-gzip", gzip.base64),
        (
            "gzip",
            "H4sIAAAAAAAEAwFdAaL+eyJuYW1lIjoiQW5hIFJvZSIsInRleHQiOiJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYmFiYWJhYiIsImxpc3QiOlswLDkxOSw4MzgsNzU3LDY3Niw1OTUsNTE0LDQzMywzNTIsMjcxLDE5MCwxMDksMjgsOTQ3LDg2Niw3ODUsNzA0LDYyMyw1NDIsNDYxLDM4MCwyOTksMjE4LDEzNyw1Niw5NzUsODk0LDgxMyw3MzIsNjUxLDU3MCw0ODksNDA4LDMyNywyNDYsMTY1LDg0LDMsOTIyLDg0MSw3NjAsNjc5LDU5OCw1MTcsNDM2LDM1NSwyNzQsMTkzLDExMiwzMSw5NTAsODY5LDc4OCw3MDcsNjI2LDU0NSw0NjQsMzgzLDMwMiwyMjFdfVNUEiVdAQAA"
        ),
        (
            "gzip",
            "H4sIAAAAAAACA6tWykvMTVWyUnLMS1QIyk9V0lEqSa0oAQokJlEXAk3OySwGmhxtoGNpaKljYWyhY25qrmNmbqZjammqY2poomNibKxjbGqkY2RuqGNoaaBjaGCpY2ShY2lirmNhZqZjbmGqY25gomNmZKxjamKkY2JmqGNsYaBjZAlUZmihY2hsrmNqpmNpbqpjYWmiY2ForGNubKRjZmqoY2puoGNiYaljYmChY2xkrmNkYqZjaAZUZ6JjrGNpZARkGOqYmxkAnWMJdI4F0DnmQOeYAZ1jCnSOCdA5xjqGhkY6xoY6lqYGQOdYAp0D9IEB0AdGQB+YmAKdAzTMAugDA6APjAxjawFTVBIlXQEAAA=="
        ),
        (
            "gzip",
            "H4sIHAAAAAACAwMAYWJjYS5qc29uAG5vdGUArc85SkQBEATQq8iPK+h9MfMKk4rBFyYQdAycQBDvbh1COmmapnj1c9zOj+vxeDzdzofL5/XAcb9+33k4X/93mPz+9sXkZ8HqYnzQ2agu5CZSA+EOT4O1QlegsrDBRmOq0JNoCZQ5MgxRCh+BLd90oN7IwnZiNjDqaDdUKrIFMYuQgVvDoqDFv4BjzbgouoScJWfIaXKKnCQnyHGoGlyxKeQsOWwgbGBsEEkOw4YNhA1MX37/AFNUEiVdAQAA"
        ),
        (
            "deflate",
            "eNqtzzlKRAEQBNCryI8r6H0x8wqTisEXJhB0DJxAEO9uHUI6aZqmePVz3M6P6/F4PN3Oh8vn9cBxv37feThf/3eY/P72xeRnwepifNDZqC7kJlID4Q5Pg7VCV6CysMFGY6rQk2gJlDkyDFEKH4Et33Sg3sjCdmI2MOpoN1QqsgUxi5CBW8OioMW/gGPNuCi6hJwlZ8hpcoqcJCfIcagaXLEp5Cw5bCBsYGwQSQ7Dhg2EDUxffv8AsVVXgg=="
        ),
        (
            "deflate",
            "rc85SkQBEATQq8iPK+h9MfMKk4rBFyYQdAycQBDvbh1COmmapnj1c9zOj+vxeDzdzofL5/XAcb9+33k4X/93mPz+9sXkZ8HqYnzQ2agu5CZSA+EOT4O1QlegsrDBRmOq0JNoCZQ5MgxRCh+BLd90oN7IwnZiNjDqaDdUKrIFMYuQgVvDoqDFv4BjzbgouoScJWfIaXKKnCQnyHGoGlyxKeQsOWwgbGBsEEkOw4YNhA1MX37/AA=="
        ),
    ]

    @Test("gzip and deflate are read, whatever blocks, names and wrappers they come with", arguments: coded)
    func reads(_ coding: String, _ text: String) throws {
        #expect(try ContentCoding.decoded(#require([UInt8](base64: text)), coding, limit: 10_000) == Self.plain)
    }

    @Test("Several gzip members are one body, and zeros after them do not count")
    func members() throws {
        #expect(try ContentCoding.decoded(Self.gzip + Self.gzip + [0, 0], "gzip", limit: 10_000) == Self.plain + Self.plain)
    }

    @Test("A body without a coding, or without bytes, stays as it is")
    func none() throws {
        for header in [nil, "", "identity"] { #expect(try ContentCoding.decoded([1, 2], header, limit: 10) == [1, 2]) }
        #expect(try ContentCoding.decoded([], "gzip", limit: 10) == [])
    }

    @Test("What is cut off or changed anywhere is corrupt, and never crashes")
    func corrupt() {
        for length in 1..<Self.gzip.count {
            #expect(throws: ContentCoding.Failure.self) { try ContentCoding.decoded(Array(Self.gzip.prefix(length)), "gzip", limit: 10_000) }
        }
        for place in 10..<Self.gzip.count {
            var changed = Self.gzip
            changed[place] ^= 0x55
            #expect(throws: ContentCoding.Failure.self) { try ContentCoding.decoded(changed, "gzip", limit: 10_000) }
            _ = try? ContentCoding.decoded(Array(changed.dropFirst(10)), "deflate", limit: 10_000)
        }
        #expect(throws: ContentCoding.Failure.corrupt("gzip")) { try ContentCoding.decoded(Self.plain, "gzip", limit: 10_000) }
    }

    @Test("A body that expands too far is stopped, by its bytes and by its ratio")
    func bombs() throws {
        #expect(throws: ContentCoding.Failure.tooLarge(limit: 100)) { try ContentCoding.decoded(Self.gzip, "gzip", limit: 100) }
        let bomb = try #require([UInt8](base64: Self.bomb))
        #expect(throws: ContentCoding.Failure.tooLarge(limit: bomb.count * ContentCoding.ratio)) {
            try ContentCoding.decoded(bomb, "gzip", limit: 4 << 20)
        }
    }

    /// A block that brings its own codes and then ends, as often as said; the last block has nothing in it.
    private static func emptyBlocks(_ count: Int) -> [UInt8] {
        var bits: [Int] = []
        func add(_ value: Int, _ count: Int) { bits += (0..<count).map { value >> $0 & 1 } }
        for _ in 0..<count {
            // Not the last, codes of its own, 257 lengths, one distance, 18 sizes of sizes: one bit for 18 and for 1.
            for (value, count) in [(0, 1), (2, 2), (0, 5), (0, 5), (14, 4)] { add(value, count) }
            for place in 0..<18 { add(place == 2 || place == 17 ? 1 : 0, 3) }
            // 256 zeros, a code for the end, one for a distance, and the end.
            for (value, count) in [(1, 1), (127, 7), (1, 1), (107, 7), (0, 1), (0, 1), (0, 1)] { add(value, count) }
        }
        add(1, 1)
        add(1, 2)
        add(0, 7)
        return stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | UInt8($1.element) << UInt8($1.offset) }
        }
    }

    @Test("A body of blocks that expand to nothing is refused before they take long; a few of them are not")
    func emptyBlocks() throws {
        #expect(try ContentCoding.decoded(Self.emptyBlocks(40), "deflate", limit: 10) == [])
        for count in [100, 10_000] {
            #expect(throws: ContentCoding.Failure.tooManyBlocks("deflate")) {
                try ContentCoding.decoded(Self.emptyBlocks(count), "deflate", limit: 10)
            }
        }
        let members = Array(repeatElement(Self.gzip.prefix(10) + [3, 0, 0, 0, 0, 0, 0, 0, 0, 0], count: 1000).joined())
        #expect(try ContentCoding.decoded(Array(members.prefix(200)), "gzip", limit: 10) == [])
        #expect(throws: ContentCoding.Failure.tooManyBlocks("gzip")) { try ContentCoding.decoded(members, "gzip", limit: 10) }
        let stored = Array(repeatElement([0, 0, 0, 0xFF, 0xFF] as [UInt8], count: 100_000).joined())
        #expect(throws: ContentCoding.Failure.tooManyBlocks("deflate")) { try ContentCoding.decoded(stored, "deflate", limit: 10) }
    }

    @Test(
        "Codings that are not read are named, and so are two at once",
        arguments: ["br", "zstd", "gzip, br", "compress", "gzip, gzip", "deflate, gzip", "gzip, gzip, gzip"]
    )
    func unknown(_ coding: String) {
        #expect(ContentCoding.unread(in: coding) != nil)
        #expect(throws: ContentCoding.Failure.self) { try ContentCoding.decoded([1], coding, limit: 10) }
    }

    @Test("An answer is decoded and says so no more; one that cannot be decoded stays as it came, and is no JSON")
    func answers() throws {
        let answer = WireResponse(200, headers: [.contentEncoding: "gzip", .contentLength: "9"], body: Self.gzip)
        let decoded = try answer.decoded(limit: 10_000)
        #expect(decoded.body == Self.plain && decoded.headers[.contentEncoding] == nil && decoded.json?["name"] == "Ana Roe")
        let broken = try WireResponse(201, headers: [.contentEncoding: "gzip"], body: Self.plain).decoded(limit: 10_000)
        #expect(broken.status == 201 && broken.json == nil)
        #expect(throws: ContentCoding.Failure.self) { try answer.decoded(limit: 10) }
    }

    private static let bomb =
        "H4sIAAAAAAACA+3BAQEAAACCIP+vbkhAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAALwZlogFNwMYtAA=="
}
