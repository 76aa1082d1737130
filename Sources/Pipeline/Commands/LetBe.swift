import Screening

/// What a person let be is not tried again by a command that was given before: the later decision stands.
struct LetBe: Sendable {
    /// From when on it was let be; nil for whenever.
    var since: Timestamp?

    /// Refuses what was discarded.
    /// - Throws: ``CommandError`` 409 `discarded`.
    func require(_ problem: Problem?, _ what: String) throws(CommandError) {
        if let problem, problem.code == Problem.discarded { try require(problem.at, what) }
    }

    /// Refuses what was discarded at a time.
    /// - Throws: ``CommandError`` 409 `discarded`.
    func require(_ discardedAt: Timestamp?, _ what: String) throws(CommandError) {
        if let since, let discardedAt, discardedAt <= since { return }
        throw CommandError(409, "discarded", "A person let the \(what) be after this was asked for; name it by itself to try it again.")
    }
}

extension BulkJob {
    /// What it leaves alone.
    var letBe: LetBe { LetBe(since: sparesDiscarded ? nil : createdAt) }
}
