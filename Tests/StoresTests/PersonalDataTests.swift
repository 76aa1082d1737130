import Foundation
import Testing

@testable import Stores

@Suite("Where personal data may stand")
struct PersonalDataTests {
    @Test("Every table of both schemas is in docs/personal-data.md, and every table there is in a schema")
    func tables() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../docs/personal-data.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let listed = Set(text.matches(of: /(?m)^\| `([a-z_]+)` \|/).map { String($0.output.1) })
        // The keys of a SQLite store stand in a file of their own.
        var there: Set<String> = ["keyring", "data_keys", "schema_migrations"]
        for migration in SchemaMigration.all {
            for schema in [migration.sqlite, migration.postgres] {
                let made = schema.matches(of: /CREATE TABLE (?:IF NOT EXISTS )?(?:fairlead_keys\.)?([a-z_]+)( PARTITION OF)?/)
                for match in made where match.output.2 == nil { there.insert(String(match.output.1)) }
            }
        }
        #expect(there.subtracting(listed).sorted() == [], "these tables have no row in docs/personal-data.md: say what of people may stand in them")
        #expect(listed.subtracting(there).sorted() == [], "these are no tables any more")
    }
}
