import ArgumentParser
import FairleadTools
import Screening

/// `fairlead erasure …`
struct ErasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erasure",
        abstract: "The certificates of erasures.",
        discussion: """
            Examples:
              fairlead erasure list
              fairlead erasure show ers_… > certificate.json
              fairlead erasure verify certificate.json
            """,
        subcommands: [ErasureList.self, ErasureShow.self, ErasureVerify.self]
    )
}

struct ErasureList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists erasures, newest first.")

    @OptionGroup var host: HostOptions

    func run() async throws {
        let list = ListText(
            columns: [
                ("id", "id"), ("subject", "subject"), ("asked", "requested_at"), ("done", "done_at"), ("orders", "counts.orders"),
                ("events", "counts.events"), ("copies until", "copies_until"),
            ],
            empty: "Nobody was erased."
        )
        host.show(try await host.ask { try await $0.get(["erasures"]) }, as: list)
    }
}

struct ErasureShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Prints an erasure's certificate.")

    @Argument(help: "The erasure's identifier.")
    var id: String

    @OptionGroup var host: HostOptions

    func run() async throws { Terminal.say(json: try await host.ask { try await $0.get(["erasures", id]) }.bytes) }
}

struct ErasureVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Says whether a certificate is what was signed; exit 1 where it is not. Needs no host.",
        discussion: """
            Anybody can sign with a key of their own: name the fingerprint of the host's key, as its `erasure list --json` shows it or as it was written down.

            Example:
              fairlead erasure verify certificate.json --fingerprint 6b32d1264d25408018b4529440a5ad2f
            """
    )

    @Argument(help: "The certificate's file; - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("The fingerprint of the key that it must be signed with.", valueName: "hex"))
    var fingerprint: String?

    func run() throws {
        let bytes = try InputFile.bytes(of: file)
        guard let json = try? JSON(parsing: bytes), let erasure = Erasure(json: json) else {
            throw CommandFailure("\(file): this is no certificate of an erasure.")
        }
        guard erasure.doneAt != nil else { throw CommandFailure("\(file): the erasure \(erasure.id) was not done when this was written.") }
        guard erasure.isSigned else { throw CommandFailure("\(file): the signature is not of this: it was changed, or signed with another key.") }
        guard erasure.isAllThatIsSaid(in: json) else {
            throw CommandFailure("\(file): it says more, or other things, than was signed: a member was added or changed, such as the fingerprint.")
        }
        let signer = Erasure.fingerprint(of: erasure.publicKey)
        if let fingerprint, fingerprint.lowercased() != signer {
            throw CommandFailure("\(file): it is signed with the key \(signer), and not with \(fingerprint): another host's, or anybody's.")
        }
        let isAsked = fingerprint == nil ? ": compare that with the host's (--fingerprint)" : ", which was asked for"
        let counts = erasure.counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        Terminal.say(
            """
            \(erasure.id) is as it was signed, with the key \(signer)\(isAsked).
            Done at \(erasure.doneAt?.iso8601 ?? ""): \(counts). The audit ended with \(erasure.chain?.description ?? "nothing").
            Older copies may hold what was destroyed until \(erasure.copiesUntil?.iso8601 ?? "nobody knows when").
            """ + (erasure.limits.map { "\n" + $0 } ?? "")
        )
    }
}
