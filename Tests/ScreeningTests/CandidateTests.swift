import Screening
import Testing

@Suite("Candidates")
struct CandidateTests {
    private let ana: JSON = [
        "first_name": " Ana ", "last_name": "Roe", "email": "ana@example.test", "phone": "+441632960000", "country": "gb", "linkedin": "x",
        "none": .null,
    ]

    @Test("A candidate is read, trimmed, and written back")
    func reads() throws {
        let candidate = try Candidate(json: ana)
        #expect(candidate.firstName.value == "Ana")
        #expect(candidate.country == "GB")
        #expect(candidate.other.value == JSON.Members([("linkedin", "x")]))
        #expect(try Candidate(json: candidate.json) == candidate)
        var sparse = ana
        sparse["phone"] = ""
        sparse["country"] = nil
        #expect(try Candidate(json: sparse).json["phone"] == nil)
    }

    @Test(
        "What is missing or malformed is named by its path, without its value",
        arguments: [
            ("first_name", JSON.null), ("last_name", "  "), ("email", 5), ("email", "ana.example.test"), ("email", "ana@@example.test"),
            ("email", "ana roe@example.test"), ("email", "ana@example"), ("country", "GBR"), ("country", "1é"), ("phone", ["a"]),
            ("first_name", "A\nB"), ("last_name", .string(String(repeating: "x", count: 321))), ("first_name", "ana@example.test"),
            ("last_name", "0"),
            ("last_name", "01632 960000"), ("first_name", "https://example.test/win"), ("last_name", "Ro\u{FFFD}"), ("linkedin", "a\u{0}b"),
            ("linkedin", .string(String(repeating: "x", count: 4097))),
        ] as [(String, JSON)]
    )
    func refuses(_ name: String, _ value: JSON) {
        var json = ana
        json[name] = value
        do {
            _ = try Candidate(json: json)
            Issue.record("was read")
        } catch {
            #expect(error.path == "candidate.\(name)")
            #expect(value.text.map { $0.trimmed.isEmpty || !error.description.contains($0) } ?? true)
        }
    }

    @Test("Further members are counted, and their names are short")
    func furtherMembers() throws {
        func problem(_ others: Int, _ name: String? = nil) -> FieldProblem? {
            var json = ana
            json["linkedin"] = nil
            for number in 0..<others { json["other_\(number)"] = "x" }
            for number in 0..<100 { json["nothing_\(number)"] = .null }
            if let name { json[name] = "x" }
            do { _ = try Candidate(json: json) } catch { return error }
            return nil
        }
        #expect(problem(64) == nil)
        #expect(problem(65) == FieldProblem(path: "candidate", expected: "at most 64 further members", found: "more"))
        #expect(problem(100_000)?.path == "candidate")
        #expect(problem(1, String(repeating: "n", count: 100)) == nil)
        #expect(problem(1, String(repeating: "n", count: 101))?.expected == "names of at most 100 bytes")
    }

    @Test("Names of every kind", arguments: ["مرحبا", "-", ".", "O'Hara-Roe 3rd", "Nguyễn", "李", "X Æ A-12", "👩‍👩‍👧", "José María de la O."])
    func names(_ text: String) throws {
        var json = ana
        json["last_name"] = .string(text)
        #expect(try Candidate(json: json).lastName.value == text)
        json["address"] = "1 High Street\nLeeds"
        #expect(try Candidate(json: json).other.value["address"] == "1 High Street\nLeeds")
    }

    @Test(
        "White space of any kind, and what nobody sees, is no part of a name",
        arguments: [
            ("Ana\u{A0}Maria", "Ana Maria"), ("\u{2003}Ana\u{202F} \u{3000}Maria\u{FEFF}", "Ana Maria"), ("An\u{200B}a\u{AD}\u{2060}", "Ana"),
            ("\u{202A}Ana\u{202C}", "Ana"), ("Ana\tMaria", "Ana Maria"), ("Zoe\u{308}", "Zo\u{EB}"), ("Nguye\u{302}\u{303}n", "Nguy\u{1EC5}n"),
            ("A\u{200D}na", "Ana"), ("علی\u{200C}رضا", "علی\u{200C}رضا"), ("\u{200E}مریم\u{200F}", "مریم"),
        ]
    )
    func tidyNames(_ given: String, _ expected: String) throws {
        var json = ana
        json["first_name"] = .string(given)
        #expect(Array(try Candidate(json: json).firstName.value.unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test(
        "An e-mail address is read as it was meant, however it was pasted",
        arguments: [
            "\u{A0}ana@example.test\u{A0}", "ana\u{200B}@example.test", "ana\u{FF20}example\u{FF0E}test", "\u{FEFF}ana@example.test",
            "\u{FF41}na@example。test",
        ]
    )
    func tidyAddresses(_ given: String) throws {
        var json = ana
        json["email"] = .string(given)
        #expect(try Candidate(json: json).email.value == "ana@example.test")
    }

    @Test("A name of nothing that is seen is missing")
    func unseenName() {
        var json = ana
        json["last_name"] = "\u{200B}\u{A0}\u{FEFF}"
        #expect(throws: FieldProblem(path: "candidate.last_name", expected: "a last name", found: "nothing")) { try Candidate(json: json) }
    }

    @Test("Something else than an object is no candidate")
    func notAnObject() {
        for json in [nil, .null, "Ana", ["Ana"]] as [JSON?] {
            #expect(throws: FieldProblem.self) { try Candidate(json: json, path: "order.candidate") }
        }
    }

    @Test("E-mail addresses by their shape", arguments: ["a@b.co", "ana.roe+x@mail.example.test", "o'hara@example.test", "ånä@exämple.test"])
    func emails(_ text: String) { #expect(Candidate.looksLikeEmail(text)) }

    @Test(
        "What no mail could be sent to",
        arguments: ["", "@b.co", "a@", "a@b", "a@b..co", "a@-b.co", ".a@b.co", "a.@b.co", "a b@c.de", "<a@b.co>", "a@b.co,c@d.ef"]
    )
    func notEmails(_ text: String) { #expect(!Candidate.looksLikeEmail(text)) }
}
