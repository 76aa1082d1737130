import ArgumentParser
import ConfigurationFiles
import FairleadTools
import Foundation
import Screening

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Says of a captured request whether it would be accepted, and if not which part of which rule it fails.",
        discussion: """
            FILE holds the request as it was sent: request line, header fields, an empty line, the body; - reads standard input. Lines may end in CRLF or LF,
            HTTP/1.1 may be missing, and what curl -v prints will do. Reads the settings file and asks nobody: no host need run.

            A refused signature is tried again with what usually goes wrong: another secret, hash or encoding, a body that was written anew on the way.
            Of the signature that would have been right only the beginning is shown: whoever has all of it can send the request. --show-signature shows it.
            An old capture fails the rules that want a recent timestamp: --at says when it is taken to arrive.
            Exit: 0 it would be accepted, 1 it would be refused.

            Examples:
              fairlead verify acme request.http
              fairlead verify acme request.http --at 2026-03-01T09:30:00Z
              fairlead verify --account zinc-uk webhook.http
              fairlead verify acme body.json --path /webhook --header "signature: sha256 5257a8…"
            """
    )

    @Argument(help: ArgumentHelp("The connection, unless --account is given, and the file.", valueName: "connection file"))
    var words: [String] = []

    @Option(help: "A provider's account: the request is its webhook.")
    var account: String?

    @OptionGroup var settings: SettingsOptions

    @Option(help: "The path after the connection, where the request line does not say it.")
    var path: String?

    @Option(help: ArgumentHelp("A header field beside those of the file; may be given several times.", valueName: "name: value"))
    var header: [String] = []

    @Option(help: ArgumentHelp("When the request is taken to arrive (default: now).", valueName: "time"), transform: Moment.parse)
    var at: Moment?

    @Flag(help: "Show the signature that would have been right whole.")
    var showSignature = false

    @Flag(name: .customLong("json"), help: "Print {subject, accepted, status, rule, failure, causes, signature, leads_to, notes} as JSON.")
    var isJSON = false

    func validate() throws {
        guard words.count == (account == nil ? 2 : 1) else {
            throw ValidationError(
                account == nil ? "Name a connection and a file, or --account and a file." : "Beside --account there is the file alone."
            )
        }
        for field in header where !field.contains(":") { throw ValidationError("--header takes \"name: value\", not \"\(field)\".") }
        if let path, !path.hasPrefix("/") { throw ValidationError("--path begins with a slash.") }
    }

    func run() async throws {
        let file = words[words.count - 1]
        let captured = CapturedRequest(try InputFile.bytes(of: file)).adding(header)
        let report = try await Problems.reporting {
            var verifier = try DeliveryVerifier(settings: settings.config, environment: settings.environment)
            if let at = at.flatMap({ Timestamp(iso8601: $0.iso8601) }) { verifier.now = at }
            verifier.path = path
            verifier.showsSignature = showSignature
            return try await verifier.report(on: captured, for: account.map { .account($0) } ?? .connection(words[0]))
        }
        if isJSON { Terminal.say(report.json.string()) } else { Terminal.say(report.text) }
        if !report.isAccepted { throw ExitCode(1) }
    }
}
