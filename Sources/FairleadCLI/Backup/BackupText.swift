import Screening

/// What people are told of backups, restores and copies.
enum BackupText {
    static func made(_ outcome: JSON) -> String {
        let (file, broken) = (outcome.cell("file"), outcome["audit_problem"]?.text)
        return """
            \(file) and \(file).keys are written and \(broken == nil ? "proven" : "whole"): \(size(outcome["bytes"])) and \(size(outcome["key_bytes"])), \
            \(contents(outcome)), as of \(outcome.cell("at")); \(outcome.cell("sampled")) rows were opened, in \(outcome.cell("seconds")) s.
            Keep the two apart, and the keys no longer than needed.\(broken.map { "\nIt does not count as proven: \($0)\n" + whatToDo } ?? "")
            """
    }

    /// What to do about a backup whose audit's chain is broken.
    private static let whatToDo = """
        What to do: keep the proven backups from before, which nothing removes for this one, and compare: fairlead audit verify says what that means, and what
        else to do. Find out who could write to the database. It can be restored: the audit then says that its chain was broken.
        """

    static func verified(_ outcome: JSON, _ file: String) -> String {
        let origin = "the store \(outcome.cell("store")) as of \(outcome.cell("at")), by version \(outcome.cell("version"))"
        let what = "\(file) is a backup of \(origin): \(contents(outcome))."
        let problems = (outcome["problems"]?.items ?? []).compactMap(\.text)
        let broken = outcome["audit_problem"]?.text
        guard problems.isEmpty else {
            let all = problems + (broken.map { [$0] } ?? [])
            return what + "\nIt is not to be relied on:\n" + all.map { "  " + $0 }.joined(separator: "\n")
        }
        if let why = outcome["not_proven_because"]?.text, why != broken {
            let chain = broken.map { "\nIt is whole; \($0)\n" + whatToDo } ?? ""
            return what + "\nIt is whole, but it is not proven: \(why).\nNo row was opened.\(chain)"
        }
        let open = outcome["sealed"] == true ? "" : "\nThe store is not sealed: whoever can write to both files can make others that pass for it."
        let opened = "its store's keys prove it, and \(outcome.cell("sampled")) rows were opened with them.\(open)"
        if let broken { return what + "\nIt is whole; \(broken)\nNothing is wrong with the file: \(opened)\n" + whatToDo }
        return what + "\nNothing is wrong with it: \(opened)"
    }

    static func restored(_ outcome: JSON) -> String {
        let aside = (outcome["moved_aside"]?.items ?? []).compactMap(\.text)
        let until =
            "Its keys open whoever is erased from now on: the host removes them after \(outcome.cell("keys_moved_aside_until")), you may before."
        let moved = aside.isEmpty ? "" : " What stood there is at:\n" + aside.map { "  " + $0 }.joined(separator: "\n") + "\n" + until
        let disabled = (outcome["webhooks_disabled"]?.items ?? []).compactMap(\.text)
        let webhooks =
            disabled.isEmpty
            ? ""
            : "\nIts webhooks are disabled, for they may have been changed or removed since: \(disabled.joined(separator: ", ")). "
                + "Enable each that is still wanted (fairlead webhook enable NAME); what they miss is kept."
        let missing = (outcome["not_in_settings"]?.items ?? []).map { "  the \($0.cell("kind")) \($0.cell("id")), open orders: \($0.cell("orders"))" }
        let names =
            missing.isEmpty
            ? ""
            : "\nThe settings lack what its orders name; nothing is sent, read or told for them until it is there:\n"
                + missing.joined(separator: "\n")
        let records = "The audit of the restored store records it (fairlead audit verify)."
        let broken = outcome["audit_problem"]?.text.map { "\nOf the backup, \($0) \(records)" } ?? ""
        let since =
            outcome["without_erasures"] == true
            ? "API tokens made since then are unknown, and those revoked since open the API again: revoke them again, and erase again whoever was erased since"
            : "API tokens made since then are unknown, and those revoked since stay revoked"
        let unread = outcome["unread_erasures"]?.integer ?? 0
        let passed =
            unread == 0
            ? ""
            : "\n\(unread) of the lines that say who was erased cannot be read. Where a host was killed while it wrote one, nobody was erased by it. Where the "
                + "file was damaged, whoever was erased by it is stored again, and a token that was revoked by it opens again: compare with the certificates that you keep, "
                + "erase them again, and revoke again what was revoked since."
        return """
            The store \(outcome.cell("store")) stands as of \(outcome.cell("at")), with the keys of \(outcome.cell("keys_from")): \(contents(outcome)).\(moved)
            \(since); whoever was signed in signs in again.\(passed)\(webhooks)\(names)\(broken)
            It is held. Start the host: it looks for every order that may have been sent since (fairlead status). Then: fairlead release.
            """
    }

    static func copied(_ outcome: JSON) -> String {
        let rows = (outcome["tables"]?.items ?? []).map { [$0.cell("name"), $0.cell("rows"), $0.cell("digest")] }
        let left = (outcome["left_out"]?.items ?? []).compactMap(\.text)
        return """
            \(outcome.cell("to")) holds the store \(outcome.cell("store")) now. Every table was read there again, and is the same:
            \(Table(rows: rows, indent: "  ").text)
            Left out, for they are about running processes: \(left.joined(separator: ", ")).
            Set store.url to it and start the host.
            """
    }

    static func compacted(_ outcome: JSON) -> String { "The store took \(size(outcome["bytes"])), and takes \(size(outcome["bytes_after"])) now." }

    static func migrated(_ plan: JSON, isRehearsal: Bool) -> String {
        let steps = plan["steps"]?.items ?? []
        if plan["present"] == .int(0) { return isRehearsal ? "There is no store yet: it would be made." : "The store is made." }
        guard !steps.isEmpty else {
            return "The schema is number \(plan.cell("present")), the newest that this version knows: nothing is to be done."
        }
        let rows = steps.map { [$0.cell("number"), $0.cell("name"), "\($0.cell("seconds")) s on a copy"] }
        let sizes = "\(plan.cell("rows")) orders and events, \(size(plan["bytes"])) before and \(size(plan["bytes_after"])) after"
        let broken = plan["audit_problem"]?.text.map { "\nIt is whole and does not count as proven: \($0)\n" + whatToDo } ?? ""
        let backup = plan.cell("backup").isEmpty ? "" : " The backup from before is \(plan.cell("backup")).\(broken)"
        return "\(isRehearsal ? "Would be done" : "Done"):\n" + Table(rows: rows, indent: "  ").text + "\n\(sizes).\(backup)"
    }

    private static func contents(_ outcome: JSON) -> String {
        func rows(_ table: String) -> Int64 { outcome["tables"]?.items?.first { $0["name"]?.text == table }?["rows"]?.integer ?? 0 }
        return "\(rows("orders")) orders, \(rows("events")) events, \(rows("runs")) runs"
    }

    private static func size(_ bytes: JSON?) -> String {
        let bytes = Double(bytes?.integer ?? 0)
        return bytes < 1_048_576 ? "\(Int(bytes / 1024) + 1) KiB" : "\(Int(bytes / 1_048_576)) MiB"
    }
}
