import Plugins
import Screening

// Scripts, what is stuck, and the machine.

extension IssueText {
    static func script(_ issue: IssueRecord) -> IssueText {
        let cause = issue.cause
        let connection = cause.connection ?? ""
        let place = [cause.plugin, cause.line.map { "\($0)" }].compactMap(\.self).joined(separator: ":")
        switch cause.kind {
        case .hostPaused:
            return IssueText(
                "\(cause.host ?? "A host") fails again and again for \(connection)",
                means: "A host that the connection's script calls, most often the ATS, does not answer or answers with errors.",
                effect: "Runs that need it wait; they go on by themselves when it answers.",
                advice: "See whether the host is up and this machine reaches it.",
                "fairlead run list --connection \(connection) --state waiting"
            )
        case .pluginPaused:
            return IssueText(
                "The script of \(connection) is paused",
                means: "It crashed its worker, or ran into a limit, several times in a row.",
                effect: "Events and updates of the connection wait.",
                advice: "See what the last runs failed with, mend the script, and reload.",
                "fairlead run list --connection \(connection) --state waiting",
                "fairlead plugin test \(cause.plugin ?? "")"
            )
        case .reloadRefused where cause.code == "left_out":
            let message = issue.details["message"]?.text.map { ": \($0)" } ?? ""
            return IssueText(
                "The plugin \(cause.plugin ?? "") is left out, for something is wrong with it",
                means: "Changed files were taken over but for this plugin, which nobody uses\(message)",
                effect: "None; a connection or account that names it would be refused.",
                advice: "Mend what is named and reload, or take the plugin's folder away.",
                "fairlead plugin check \(cause.plugin ?? "")",
                "fairlead check"
            )
        case .reloadRefused:
            let message = issue.details["message"]?.text.map { ": \($0)" } ?? ""
            return IssueText(
                "Changed settings were not taken over\(cause.connection.map { " (\($0))" } ?? cause.plugin.map { " (\($0))" } ?? "")",
                means: "Something in the changed files is wrong, so the host goes on with what it had\(message)",
                effect: "Nobody is affected now; a restart would not start with these files.",
                advice: "Mend what is named, and reload.",
                "fairlead check"
            )
        default:
            let began = issue.details["began_after_reload_at"]?.text.flatMap { Timestamp(iso8601: $0) }
            let since = began.map { " It began after the reload at \($0.shortText)." } ?? ""
            return IssueText(
                "The script of \(connection) fails\(place.isEmpty ? "" : " at \(place)")",
                means: "\(cause.hook ?? "A hook") ends with an error of the script's own.\(since)",
                effect: cause.hook == "on_update"
                    ? "The ATS is not told of these changes." : "These events led to nothing: perhaps nothing was ordered for their candidates.",
                advice: "Mend the script, or put the former one back, and reload; then have the runs tried again.",
                "fairlead run list --connection \(connection) --state dead",
                "fairlead run retry --connection \(connection) --state dead --dry-run"
            )
        }
    }

    static func stuck(_ issue: IssueRecord, _ names: IssueNames) -> IssueText {
        let cause = issue.cause
        let (connection, account) = (cause.connection ?? "", cause.account ?? "")
        let provider = names.provider(cause.account)
        switch cause.kind {
        case .updatesNotTold:
            return IssueText(
                "\(names.ats(cause.connection)) was not told of changes (\(connection)\(cause.code.map { ", \($0)" } ?? ""))",
                means: "Telling the ATS failed again and again, or was given up.",
                effect: "Recruiters see an older state than the true one, unless a later change was told since.",
                advice:
                    "See why, mend it (often a key or a right in the ATS), then have the runs tried again. Discard those after which a later change was told.",
                "fairlead run list --connection \(connection) --hook on_update --state dead --state parked --state waiting",
                "fairlead run retry --connection \(connection) --hook on_update --dry-run"
            )
        case .ordersUncertain where cause.code != nil:
            return IssueText(
                "Orders at \(provider) need a decision (\(account), \(cause.code ?? ""))",
                means: cause.code == Problem.standsAtProvider
                    ? "They were cancelled or given up here and still stand at the provider."
                    : "The provider names a second request for the same order.",
                effect: "They may be billed twice, or go on although nobody wants them to.",
                advice: "Ask the provider, then resolve each order.",
                "fairlead order list --account \(account) --problem \(cause.code ?? "")"
            )
        case .ordersUncertain:
            return IssueText(
                "Nobody knows whether \(provider) has these orders (\(account))",
                means: "They were sent, the answer was lost, and nothing has shown since whether they arrived.",
                effect: "They are not sent again by themselves, for that could order a second check.",
                advice: "Look for each at the provider: adopt the one that is there, send again what is not, or give it up.",
                "fairlead order list --account \(account) --state uncertain",
                "fairlead order resolve ORDER --adopt REFERENCE"
            )
        case .ordersRefused:
            return IssueText(
                "\(provider) refused orders (\(account)\(connection.isEmpty ? "" : ", \(connection)"))",
                means: "The provider did not take them: a package that is not there, a field that it does not like, a candidate it will not check.",
                effect: "Nobody is checked by what was refused. The ATS was told that it was.",
                advice:
                    "See what the provider said, mend it and send the order again, or discard it where nothing is to be done. This issue ends a week after the last.",
                "fairlead order list --account \(account) --state refused",
                "fairlead order retry ORDER --package PACKAGE",
                "fairlead order discard --account \(account) --state refused --dry-run"
            )
        case .unknownAtProvider:
            return IssueText(
                "\(provider) does not know these orders (\(account))",
                means:
                    "They were taken once, and now the provider says there is no such request: wrong account, deleted there, or a test system that was reset.",
                effect: "They will never get a result.",
                advice: "Ask the provider. Release an order to decide about it anew.",
                "fairlead order list --account \(account) --problem unknown_at_provider",
                "fairlead order resolve ORDER --release"
            )
        case .unknownWords:
            return IssueText(
                "\(provider) uses a \(cause.code == "unrecognised_result" ? "result" : "status") that nobody knows (\(account))",
                means: "A word of the provider's is new. It is kept and shown, and changes nothing.",
                effect: "These orders keep the state that they had; a verdict is never guessed.",
                advice: "See the word at the order, ask the provider what it means, and add it under wire: of the account, or update Fairlead.",
                "fairlead order list --account \(account) --problem \(cause.code ?? "unrecognised_status")"
            )
        default:
            let what = cause.hook.map { "runs of \($0)" } ?? (cause.code?.hasPrefix("event_") == true ? "events" : "orders")
            let filter = cause.connection.map { "--connection \($0)" } ?? cause.account.map { "--account \($0)" } ?? ""
            let list =
                cause.hook != nil
                ? "run list \(filter) --state dead --state parked"
                : what == "events"
                    ? "event list \(filter) --state dead"
                    : "order list \(filter) --state failed"
            let retry =
                cause.hook != nil
                ? "run retry \(filter) --dry-run"
                : what == "events"
                    ? "event replay \(filter) --state dead --dry-run"
                    : "order retry \(filter) --state failed --dry-run"
            return IssueText(
                "\(what.prefix(1).uppercased() + what.dropFirst()) were given up\(cause.connection.map { " on \($0)" } ?? "") (\(cause.code ?? "failed"))",
                means: cause.code == "parked"
                    ? "The script asked for a person." : "They ran out of attempts, or failed in a way that trying again does not mend.",
                effect: "Nothing more happens for these candidates until somebody decides.",
                advice: "See why one failed, mend the cause, and have them tried again; or discard them.",
                "fairlead \(list)",
                "fairlead \(retry)"
            )
        }
    }

    static func machine(_ issue: IssueRecord) -> IssueText {
        let host = issue.cause.host ?? "the host"
        switch issue.cause.kind {
        case .storeNearlyFull:
            return IssueText(
                "The store has no room",
                means: "It refused to write because its disk is full, or nearly is.",
                effect: "Deliveries are answered with 503 and come again; nothing that was accepted is lost.",
                advice: "Make room on the store's disk. Work goes on by itself.",
                "df -h"
            )
        case .diskNearlyFull:
            return IssueText(
                "The disk of \(host) is nearly full",
                means: "Little is free on the disk that holds the store.",
                effect: "None yet; when it is full, nothing more is taken in.",
                advice: "Make room, or give the disk more.",
                "df -h"
            )
        case .clock:
            return IssueText(
                "The clock was set back",
                means: "The machine's time jumped backwards by more than a minute.",
                effect: "Signatures with a time in them may be refused, and times on orders are out of order.",
                advice: "See that the machine follows a time server.",
                "timedatectl"
            )
        case .clockAhead:
            let ahead = (issue.details["ahead_seconds"]?.integer).map { Duration.seconds($0).inWords } ?? "far"
            let until = issue.details["until"]?.text.map { " at \($0)" } ?? ""
            return IssueText(
                "The clock is \(ahead) ahead of what was to be expected",
                means: "Either no host was at work for that long, or the clock is wrong. Nothing is removed by its age until that is known.",
                effect: "None. If the clock is wrong and is believed, people's data is deleted too early.",
                advice: "If it is right, say so; if not, set it right. Otherwise it is believed\(until), if it goes on evenly until then.",
                "fairlead retention --clock-is-right"
            )
        case .backupLate:
            return IssueText(
                "There is no recent backup",
                means: "The last backup is older than it should be.",
                effect: "Nobody is affected now; after a loss of the disk, more would be missing.",
                advice: "Make one, and see why the last did not come about.",
                "fairlead backup FILE"
            )
        case .backupNotProven:
            return IssueText(
                "The last backup is not proven",
                means: "It could not be made, or checked; or it is whole, and the audit's chain in it is broken.",
                effect: "Nobody is affected now.",
                advice: "Verify it, with the keys that a restore would use.",
                "fairlead backup verify FILE"
            )
        case .retentionOverdue:
            return IssueText(
                "Data is kept for longer than the retention says",
                means: "What is to be deleted by its age was not.",
                effect: "People's data is stored for too long.",
                advice: "See in the log why it is not deleted.",
                "fairlead status"
            )
        case .erasureOverdue:
            return IssueText(
                "An erasure is overdue",
                means: "Somebody's data was to be destroyed, and is not yet.",
                effect: "A person's data is still there against their wish.",
                advice: "See in the log what keeps it, and ask for it again.",
                "fairlead status"
            )
        default:
            return IssueText(
                "The audit chain is broken",
                means: "A record of the audit was changed, or is missing.",
                effect: "None for candidates; what was done cannot be proven for that time.",
                advice: "Keep a copy of the store before anything else, and see where it breaks.",
                "fairlead audit verify"
            )
        }
    }
}
