import ArgumentParser
import FairleadTools
import Screening

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Looks the audit's whole chain through; exit 1 where something is wrong.",
        discussion: """
            An anchor is a head of the chain that was written down elsewhere: in a backup, a certificate, or the log (event audit.head). The host knows those of
            its newest backup and of the certificates that it gave out. An end that was cut off since then, together with the record of where it was, can be
            told by the log alone: give its newest audit.head.

            Examples:
              fairlead audit verify
              fairlead audit verify --anchor 1042:9f3c…
              fairlead audit verify --file audit.ndjson
            """
    )

    @Option(help: ArgumentHelp("A head of the chain that was written down; may be given several times.", valueName: "seq:hash"))
    var anchor: [String] = []

    @Option(help: ArgumentHelp("Verify what was exported to this file, without a host.", valueName: "file"))
    var file: String?

    @Flag(name: .customLong("json"), help: "Print exactly what was found.")
    var isJSON = false

    @Option(help: ArgumentHelp("The host's address (default: FAIRLEAD_URL).", valueName: "address"))
    var url: String?

    @Option(help: "A token that the host knows (default: FAIRLEAD_TOKEN).")
    var token: String?

    func validate() throws {
        for text in anchor where AuditHead(text) == nil { throw ValidationError("--anchor takes SEQ:HASH, and \(text) is not that.") }
    }

    func run() async throws {
        let anchors = anchor.compactMap { AuditHead($0) }
        let found: JSON
        if let file {
            found = try Self.verification(of: InputFile.bytes(of: file), file, anchors).json
        } else {
            let client = try HostOptions.client(url: url, token: token)
            let query = anchors.map { (name: "anchor", value: $0.description) }
            do {
                found = try await client.get(["audit", "verify"], query: query).json
                await client.close()
            } catch {
                await client.close()
                throw error
            }
        }
        if isJSON { Terminal.say(json: found.bytes()) } else { Terminal.say(Self.text(found)) }
        guard found["ok"] == true else { throw ExitCode(1) }
    }

    private static func verification(of bytes: [UInt8], _ file: String, _ anchors: [AuditHead]) throws -> AuditVerification {
        var (verifier, head) = (AuditVerifier(anchors: anchors), AuditHead.empty)
        for (number, line) in bytes.split(separator: 0x0A).enumerated() {
            guard let json = try? JSON(parsing: Array(line)), let entry = AuditEntry(json: json) else {
                throw CommandFailure("\(file):\(number + 1) is no entry of an audit: export it with fairlead audit export.")
            }
            verifier.check(entry)
            head = AuditHead(seq: entry.seq, hash: entry.hash)
        }
        guard head.seq > 0 else { throw CommandFailure("\(file) holds no entry of an audit: export it with fairlead audit export.") }
        return verifier.finish(head: head)
    }

    private static func text(_ found: JSON) -> String {
        let (count, head) = (found["entries"]?.integer ?? 0, "\(found.at("head.seq")?.integer ?? 0):\(found.at("head.hash")?.text ?? "")")
        let problems = (found["problems"]?.items ?? []).compactMap { $0["explanation"]?.text }
        let unchecked = (found["unchecked"]?.items ?? []).compactMap(\.text).map { "Cannot be checked, for its entry is not there any more: \($0)" }
        guard !problems.isEmpty else { return (["The chain is whole: \(count) entries, up to \(head)"] + unchecked).joined(separator: "\n") }
        let lines = ["The chain is broken:"] + problems.map { "  " + $0 } + unchecked + ["What to do:"] + advice(found).map { "  " + $0 }
        return lines.joined(separator: "\n")
    }

    /// What to do about all that was found, each thing once.
    private static func advice(_ found: JSON) -> [String] {
        var lines: [String] = []
        for line in (found["problems"]?.items ?? []).compactMap({ $0["advice"]?.text }) where !lines.contains(line) { lines.append(line) }
        return lines + [
            "Keep the proven backups that there are, and a copy of the store as it is: fairlead backup makes more, whole, but not proven while the chain is "
                + "broken, and none of them takes the place of a proven one.",
            "Find out who could write to the database. The chain goes on: write its head down elsewhere, and give that as --anchor.",
        ]
    }
}
