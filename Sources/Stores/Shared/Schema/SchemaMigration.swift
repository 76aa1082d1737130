import Screening

/// A numbered change of the schema, for both kinds of database. A released one is never edited: what comes later is added.
struct SchemaMigration: Sendable {
    let number: Int
    let name: String
    let sqlite: String
    let postgres: String
    /// The oldest schema that a program must know to run beside it; nil where it only adds, and whoever ran before goes on.
    var oldest: Int?

    /// All of them, oldest first.
    static let all = [firstSchema, refusals, clockState, retentionCounts]

    /// The first schema that was released.
    static let firstSchema = SchemaMigration(number: 1, name: "first release", sqlite: sqliteFirstSchema, postgres: postgresFirstSchema)

    /// What the first schema is called while a store is being put into it.
    static let filling = "filling"

    /// The number of the schema that this version knows.
    static var known: Int { all.last?.number ?? 0 }

    /// Those that a database lacks.
    /// - Parameters:
    ///   - migrations: all that there are.
    ///   - present: the number of the newest that it has; 0 for none.
    ///   - first: the name of the first that it has.
    ///   - oldest: the oldest that a program must know to run on it, as its table `schema_window` says: a change that only adds leaves it as it is, so that
    ///     replicas of the version before run beside it, and the change after that takes away what they needed says that they do not any more.
    /// - Throws: ``StoreError/newer(_:)`` where it has changes that this version does not know, ``StoreError/unavailable(_:)`` where it was made before the
    ///   first release.
    static func missing(_ migrations: [SchemaMigration] = all, present: Int, first: String?, oldest: Int?) throws(StoreError) -> [SchemaMigration] {
        if first == filling { throw .unavailable("putting a store into it was cut off: run the restore, or the copy, again") }
        if let first, first != firstSchema.name {
            throw .unavailable("it was made by a version before the first release, which no upgrade leads from: begin with an empty store")
        }
        let known = migrations.last?.number ?? 0
        let isNeighbour = present == known + 1 && oldest.map { $0 <= known } ?? false
        guard present <= known || isNeighbour else {
            throw .newer("its schema is number \(present), this version knows up to \(known)")
        }
        return migrations.filter { $0.number > present }
    }
}
