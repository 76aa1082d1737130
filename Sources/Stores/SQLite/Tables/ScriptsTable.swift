import Foundation
import GRDB
import Screening

extension WriteTransaction {
    /// Keeps versions of scripts, which are sealed by now, and forgets what is not needed any more.
    mutating func keep(_ versions: [ScriptVersion]) throws {
        for version in versions {
            try db.run(
                "INSERT INTO scripts (id, kept_at, content) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET kept_at = excluded.kept_at",
                [version.id, now.milliseconds, Data(version.content)]
            )
        }
        try db.run(
            """
            DELETE FROM scripts WHERE kept_at < ? AND id NOT IN (SELECT script FROM runs WHERE state IN \(Run.State.unfinished))
            """,
            [removals.now().milliseconds - ScriptRetention.milliseconds]
        )
        try foldUsage()
    }
}

extension StoredRows {
    /// A version of scripts; nil where it is not kept.
    func scriptVersion(_ id: String) throws -> ScriptVersion? {
        try db.first("SELECT content FROM scripts WHERE id = ?", [id]).map { row in
            ScriptVersion(id: id, content: try opener.open(row.bytes(0), at: AssociatedData(.scripts, id)).raw)
        }
    }
}
