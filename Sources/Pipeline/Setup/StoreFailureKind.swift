import Screening

/// What kind of failure a store reports, said without anything of its own text: that names hosts, databases, users and paths, in words that depend on the
/// database, on what is in front of it and on their versions.
struct StoreFailureKind {
    /// What is told to everybody.
    let text: String

    /// Whether there is no room left.
    var isFull: Bool { text == "the disk is full" }

    /// - Parameter report: the store's own text. The first kind that fits counts.
    init(_ report: String) {
        let report = report.lowercased()
        func fits(_ mark: String) -> Bool { mark.split(separator: "*").allSatisfy { report.contains($0) } }
        text = Self.kinds.first { $0.marks.contains(where: fits) }?.text ?? "the log says why"
    }

    /// The marks of each kind, in lower case; of one with a `*` both parts have to be there.
    private static let kinds: [(text: String, marks: [String])] = [
        ("it is closed", ["it is closed"]),
        (
            "its file was taken away under the running host: put it back, or stop the host and restore a backup",
            ["was taken away under the running host"]
        ),
        (
            "another file than the one that was opened is in its place: put that one back, or restart the host on this one",
            ["another file than the one that was opened"]
        ),
        ("its file was cut off under the running host: stop it and restore a backup", ["was cut off under the running host"]),
        (
            "another store, or none, is in the place of the one that was opened: put that one back, or restart the host",
            ["another store", "holds no store"]
        ),
        (
            "its keys do not fit it, or are gone: restore them",
            ["keys are gone", "file of its keys", "sealed", "encryption.keys", "encryption key is", "data keys at hand", "older than the store"]
        ),
        ("the disk is full", ["disk is full", "no space left", "(53100)"]),
        ("it is read-only", ["read-only"]),
        ("another process has its file", ["is in use by"]),
        ("it is busy", ["is busy", "more waits to be written", "lock timeout", "statement timeout", "(57014)"]),
        (
            "a part of its schema does not exist",
            ["(42p01)", "(3f000)", "(42703)", "(42883)", "no such table", "no such column", "its tables are not there"]
        ),
        ("the host lacks a right in it", ["(42501)", "permission denied"]),
        ("it takes no further connections", ["too many clients", "too many connections", "connection slots", "no more connections", "(53300)"]),
        (
            "it refuses the login",
            ["password", "authentication", "auth failed", "pg_hba", "role ", "no such user", "login", "to log in", "(28000)", "(28p01)", "sasl"]
        ),
        ("there is no such database", ["no such database", "database*does not exist", "(3d000)"]),
        ("it is starting or stopping", ["starting up", "shutting down", "recovery", "administrator command"]),
        ("the disk reports an error", ["i/o error", "disk reported an error", "input/output error"]),
        ("its file cannot be opened", ["cannot be opened", "unable to open"]),
        (
            "it cannot be reached",
            [
                "connect", "host name", "resolve", "timed out", "timeout", "unreachable", "no route", "refused", "reset by peer", "is it running",
                "server",
                "ssl", "tls", "certificate", "not reached",
            ]
        ),
    ]
}
