import Screening

/// A numbered change of the schema, for both kinds of database. A released one is never edited: what comes later is added.
struct SchemaMigration: Sendable {
    let number: Int
    let name: String
    let sqlite: String
    let postgres: String

    /// All of them, oldest first.
    static let all = [firstSchema]

    /// The first schema that was released.
    static let firstSchema = SchemaMigration(number: 1, name: "first release", sqlite: sqliteFirstSchema, postgres: postgresFirstSchema)

    /// Those that a database lacks.
    /// - Parameters:
    ///   - present: the number of the newest that it has; 0 for none.
    ///   - first: the name of the first that it has.
    /// - Throws: ``StoreError/newer(_:)`` where it has changes that this version does not know, ``StoreError/unavailable(_:)`` where it was made before the
    ///   first release.
    static func missing(present: Int, first: String?) throws(StoreError) -> [SchemaMigration] {
        if let first, first != firstSchema.name {
            throw .unavailable("it was made by a version before the first release, which no upgrade leads from: begin with an empty store")
        }
        let known = all.last?.number ?? 0
        guard present <= known else { throw .newer("its schema is number \(present), this version knows up to \(known)") }
        return all.filter { $0.number > present }
    }
}
