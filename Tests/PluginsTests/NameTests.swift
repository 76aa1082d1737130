import PluginTesting
import Screening
import Testing

/// The modules `text` and `screening`: names, numbers and words as people write them.
@Suite("What people write")
struct NameTests {
    private func values(_ expressions: [String], settings: JSON = [:]) async throws -> [JSON] {
        let list = expressions.map { "(function() local v = \($0) if v == nil then v = json.null end return v end)()" }.joined(separator: ",\n")
        let outcome = try await PluginHarness.run(main: PluginHarness.script("return json.array{\(list)}"), settings: settings)
        return try #require(outcome.value?.items, "\(outcome.end)")
    }

    @Test("Names in one piece are split into first and last name")
    func splits() async throws {
        let cases: [(String, String?, String?)] = [
            ("Ana Maria Roe", "Ana Maria", "Roe"), ("Roe, Ana", "Ana", "Roe"), ("Ana Roe, RN", "Ana", "Roe"), ("Ana Roe, PhD, MBA", "Ana", "Roe"),
            ("Ana Roe, MD", "Ana", "Roe"), ("Ana Roe Jr.", "Ana", "Roe"), ("Ana Roe, Jr.", "Ana", "Roe"), ("Roe, Jr., Ana", "Ana", "Roe"),
            ("Roe, Ana, PhD", "Ana", "Roe"), ("Dr. Ana Roe", "Ana", "Roe"), ("Prof. Dr. Ana Roe", "Ana", "Roe"), ("Ana Roe (she/her)", "Ana", "Roe"),
            ("Ana Roe they/them", "Ana", "Roe"), ("Ana Roe III", "Ana", "Roe"), ("Ana Roe MD", "Ana", "Roe"), ("Ana\u{A0}Roe", "Ana", "Roe"),
            ("\u{FEFF}Ana\u{200B} Roe", "Ana", "Roe"), ("Ana de la Roe", "Ana", "de la Roe"), ("Ana van der Roe", "Ana", "van der Roe"),
            ("van der Roe, Ana", "Ana", "van der Roe"), ("Ana von Roe", "Ana", "von Roe"), ("Omar bin Roe", "Omar", "bin Roe"),
            ("Omar al-Roe", "Omar", "al-Roe"), ("Sean O'Roe", "Sean", "O'Roe"), ("Sean Mac Roe", "Sean", "Mac Roe"),
            ("Ana Ortega y Roe", "Ana", "Ortega y Roe"), ("Jack Ma", "Jack", "Ma"), ("García Roe, Ana", "Ana", "García Roe"),
            ("Roe，Ana", "Ana", "Roe"), ("Zoe\u{308} Roe", "Zo\u{EB}", "Roe"), ("Ana", "Ana", nil), ("Mr. Roe", "Roe", nil), ("Roe, RN", "Roe", nil),
        ]
        let found = try await values(cases.map { "json.array{text.split_name(\"\($0.0)\")}" })
        for (one, value) in zip(cases, found) { #expect(value == .array([one.1, one.2].compactMap { $0.map { .string($0) } }), "\(one.0)") }
    }

    @Test("A name of any script is kept in one normalization form, as the host keeps it")
    func normalizationForm() async throws {
        let names = [
            "Zoë Świątek", "Ze\u{308}o S\u{301}wia\u{328}tek", "Иванов Пётр", "Петр Е\u{308}лкин", "Nguyễn Thị", "Nguye\u{302}\u{303}n", "Ελένη Παπά",
            "Ελε\u{301}νη",
            "山田太郎", "か\u{3099}き", "김민수", "\u{1100}\u{1161}\u{11A8} 민", "أحمد علي", "ا\u{654}حمد", "דוד כהן", "\u{212B}ke \u{2126}", "Σ\u{37E}",
            "Ａｎａ Ｒｏｅ",
        ]
        let found = try await values(names.map { "require 'screening'.candidate(ctx, { first_name = \"\($0)\" }).first_name" })
        for (name, value) in zip(names, found) { #expect(value.text.map { Array($0.utf8) } == Array(name.tidied.utf8), "\(name)") }
    }

    @Test(
        "Where a name can be read in two ways, the reason comes in place of a guess",
        arguments: [
            "Ana (Annie) Roe", "Ana 'Annie\\\" Roe", "Ana Roe, XYZ", "Roe, MD", "Ana Roe MA", "Sean O Roe", "de la Roe", "Roe, Ana, Maria",
            "Ana Roe / Ana Poe",
        ]
    )
    func doubts(_ name: String) async throws {
        let outcome = try await PluginHarness.run("local a, b, why = text.split_name(\"\(name)\") return {a == nil and b == nil, type(why)}")
        #expect(outcome.value == [true, "string"], "\(name)")
    }

    @Test("A candidate whose name cannot be split is not ordered, and the reason says so")
    func noOrderInDoubt() async throws {
        for name in ["Ana (Annie) Roe", "Ana", "Ana Roe, XYZ"] {
            let outcome = try await PluginHarness.run(
                """
                local order, problem = screening.start(ctx, {external_id = "1", chosen = "pkg_1",
                    candidate = {name = "\(name)", email = "ana@example.test"}})
                return {order == nil, problem}
                """
            )
            #expect(outcome.orders.isEmpty)
            #expect(outcome.value?.items?.last?.text?.contains("cannot be split into first and last name") == true, "\(outcome.end)")
        }
    }

    @Test("Titles, pronouns and letters in fields of their own are no names either")
    func fieldsOfTheirOwn() async throws {
        let outcome = try await PluginHarness.run(
            """
            return screening.candidate(ctx, {first_name = "Dr. Ana\u{A0}Maria (she/her)", last_name = "Roe, RN", email = "\u{A0}ana\u{200B}＠example.test",
                phone = "+44 (0)7700 900123 ext. 5"})
            """
        )
        #expect(outcome.value == ["first_name": "Ana Maria", "last_name": "Roe", "email": "ana@example.test", "phone": "+447700900123"])
        #expect(outcome.logs.map { $0["message"] } == ["the extension of the telephone number was left out"])
    }

    @Test("The national zero is dropped or kept by the rules of the number's own country")
    func nationalZero() async throws {
        let cases: [(String, String, JSON)] = [
            ("+44 07700 900123", "", "+447700900123"), ("+44 07700 900123", "US", "+447700900123"), ("0044 07700 900123", "", "+447700900123"),
            ("0044 (0)7700 900123", "IT", "+447700900123"), ("+39 06 6982 1234", "GB", "+390669821234"), ("+39 (0)6 6982 1234", "", "+390669821234"),
            ("+378 0549 886377", "", "+3780549886377"), ("+225 07 12 34 56 78", "", "+2250712345678"), ("+36 06 20 123 4567", "", "+36201234567"),
            ("+7 8 912 345 67 89", "", "+79123456789"), ("8 912 345 67 89", "RU", "+79123456789"), ("+49 0151 12345678", "", "+4915112345678"),
            ("+44\u{A0}1632\u{2011}960000", "", "+441632960000"), ("tel:+441632960000;ext=9", "", "+441632960000"),
            ("٠١٦٣٢٩٦٠٠٠٠", "GB", "+441632960000"),
            ("+34 0612345678", "", .null), ("+44 1632", "", .null), ("+999 1234567", "", .null), ("493012345678", "DE", .null),
            ("01632 960000 / 07700 900123", "GB", .null), ("+44 7700 900123 or 01632 960000", "", .null),
        ]
        let found = try await values(cases.map { #"text.phone_e164("\#($0.0)", "\#($0.1)")"# })
        for (one, value) in zip(cases, found) { #expect(value == one.2, "\(one.0)") }
    }

    @Test("Words from people are compared without case, white space, unseen characters and the typing of accents")
    func words() async throws {
        let settings: JSON = [
            "packages": ["Engineering": "pkg_1", "GB": "pkg_2", "Café Team": "pkg_3", "Straße": "pkg_4"], "default_package": "pkg_9",
        ]
        let chosen: [(String, JSON)] = [
            ("engineering", "pkg_1"), (" ENGINEERING ", "pkg_1"), ("gb", "pkg_2"), ("cafe\u{301}\u{A0} team", "pkg_3"), ("STRASSE", "pkg_4"),
            ("pkg_2", "pkg_2"), ("PKG_9", "pkg_9"), ("Enginering", .null), ("", "pkg_9"),
        ]
        let found = try await values(chosen.map { "(screening.package(ctx.settings, \"\($0.0)\", {}))" }, settings: settings)
        for (one, value) in zip(chosen, found) { #expect(value == one.1, "\(one.0)") }
        let more = try await values(
            [
                "(select(2, screening.package(ctx.settings, 'Enginering', {})))", "(screening.package(ctx.settings, nil, {'Sales', 'eNGINEERING'}))",
                "(screening.package(ctx.settings, nil, {'Sales'}))", "screening.listed({'Screening'}, nil, 'SCREENING\u{200B}')",
                "screening.same('İ', 'i')", "screening.same(nil, nil)", "m:one_of('b[2].c', {X = 7})", "(screening.find({['101'] = 1}, 101.0))",
            ],
            settings: settings
        )
        #expect(more == ["The package Enginering is not known here.", "pkg_1", "pkg_9", true, true, false, 7, 1])
    }
}
