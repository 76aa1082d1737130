import Testing

@testable import Screening

@Suite("A cell of CSV")
struct CSVCellTests {
    @Test("No spreadsheet takes it for a formula: not where it begins, nor where cells are separated by semicolons or tabs, nor in wide letters")
    func formulas() {
        for (text, cell) in [
            ("=1+1", "'=1+1"), ("@SUM(1)", "'@SUM(1)"), ("-2+3", "'-2+3"), ("\u{FF1D}1+1", "'\u{FF1D}1+1"), ("\u{FF20}x", "'\u{FF20}x"),
            ("a;=1+1", "\"a;'=1+1\""), ("a\t+1", "\"a\t'+1\""), ("a;b", "\"a;b\""), ("a,=b", "\"a,=b\""),
            ("a;\"=1+1\"", "\"a;\"\"'=1+1\"\"\""), ("a; =1+1", "\"a; '=1+1\""), ("a \"=b", "\"a \"\"=b\""),
        ] {
            #expect(text.csvCell == cell, "\(text)")
        }
    }

    @Test("What is none stays what it is; quotes are doubled")
    func plain() {
        for (text, cell) in [("+441632960000", "+441632960000"), ("a=b", "a=b"), ("Ana Roe", "Ana Roe"), ("a\"b", "\"a\"\"b\""), ("", "")] {
            #expect(text.csvCell == cell, "\(text)")
        }
    }
}
