import ArgumentParser
import ConfigurationFiles
import FairleadTools
import Screening

struct IssueSnooze: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snooze",
        abstract: "Tells nobody of an issue before a time.",
        discussion: """
            When the time is over and the cause is still there, the issue opens again.

            Examples:
              fairlead issue snooze iss_… --until 2h
              fairlead issue snooze iss_… --until 2026-03-01 --owner Ben --note "holidays at the customer"
            """
    )

    @Argument(help: "The issue's identifier.")
    var id: String

    @Option(
        help: ArgumentHelp("Until then: 2h or 3d from now, or a time such as 2026-03-01 or 2026-03-01T09:30:00Z.", valueName: "time"),
        transform: SnoozeEnd.parse
    )
    var until: SnoozeEnd

    @Option(help: "Who sees to it.")
    var owner: String?

    @Option(help: "Why; kept with the issue.")
    var note: String?

    @OptionGroup var host: HostOptions

    func run() async throws {
        var body: JSON = ["until": .string(until.iso8601)]
        body["owner"] = owner.map { .string($0) }
        body["note"] = note.map { .string($0) }
        let response = try await host.ask { [body] in try await $0.post(["issues", id, "snooze"], body: body) }
        host.show(response) { "\($0.cell("id")) is snoozed until \($0.cell("snoozed_until"))." }
    }
}

/// Until when: a time as elsewhere, or how long from now.
struct SnoozeEnd {
    /// As the API takes it.
    let iso8601: String

    /// The time that an option was given.
    /// - Throws: ``MomentMistake``
    @Sendable static func parse(_ text: String) throws -> SnoozeEnd {
        guard let end = SnoozeEnd(text, now: SystemClock().now()) else { throw MomentMistake("2h for two hours from now, 3d, 2w") }
        return end
    }

    init?(_ text: String, now: Timestamp) {
        let span = text.hasPrefix("in ") ? String(text.dropFirst(3)) : text
        if let unit = span.last, unit.isLetter, let wait = SnoozeEnd.weeks(span) ?? Duration(short: span) {
            guard wait > .zero else { return nil }
            iso8601 = (now + wait).iso8601
            return
        }
        guard text.first?.isNumber == true, let moment = Moment(text, now: now) else { return nil }
        iso8601 = moment.iso8601
    }

    private static func weeks(_ text: String) -> Duration? {
        guard text.hasSuffix("w"), let count = Int64(text.dropLast()), (1...60).contains(count) else { return nil }
        return .seconds(count * 7 * 86_400)
    }
}
