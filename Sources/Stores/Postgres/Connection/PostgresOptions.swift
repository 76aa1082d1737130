import CPostgres
import Screening

/// Where the database is and how to get in: a `postgres://` URL with all that libpq understands in it (`sslmode`, `sslrootcert`, several hosts, …).
/// What it leaves out comes from libpq's environment variables and from the defaults here.
struct PostgresOptions: Sendable {
    private let url: Secret
    /// Texts that no message may show.
    private let secrets: [Secret]

    /// Connection parameters that apply where neither the URL nor the environment sets them: a server that has gone silent is given up in seconds, and of
    /// several hosts the one that takes writes is chosen.
    private static let defaults = [
        ("connect_timeout", "5"), ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
        ("target_session_attrs", "read-write"), ("fallback_application_name", "fairlead"),
    ]

    /// - Throws: ``StoreError/unavailable(_:)`` where the URL is not one. The text never holds any of it.
    init(_ url: String) throws(StoreError) {
        guard let parsed = PQconninfoParse(url, nil) else {
            throw .unavailable("store.url is not a PostgreSQL URL; in a password, write %40 for @, %2F for / and so on")
        }
        defer { PQconninfoFree(parsed) }
        var secrets: [Secret] = []
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                let (name, text) = (String(cString: keyword), String(cString: value))
                // What follows a stray @ would be looked up and shown as a host, and may be half a password.
                if name == "host", text.contains("@") { throw .unavailable("store.url names no host; in a password, write %40 for @") }
                if name.contains("password"), !text.isEmpty { secrets.append(Secret(text)) }
            }
            option += 1
        }
        self.url = Secret(url)
        self.secrets = secrets
    }

    /// Connects, waiting for as long as `connect_timeout` says. The handle has to be looked at, and finished, also where this failed.
    func connect() -> OpaquePointer? {
        let pairs = Self.defaults + [("dbname", url.value), ("client_encoding", "UTF8")]
        let texts = pairs.map { ($0.0.utf8CString, $0.1.utf8CString) }
        return withPointers(texts.map { $0.0 }) { names in
            withPointers(texts.map { $0.1 }) { values in PQconnectdbParams(names, values, 1) }
        }
    }

    /// A message of libpq's in one line, without what must stay secret.
    func shown(_ message: String) -> String {
        let line = message.split(whereSeparator: \.isNewline).map { String($0).trimmed }.joined(separator: "; ")
        return secrets.reduce(line) { $0.replacing($1.value, with: "‹secret›") }
    }

    private func withPointers<Result>(_ texts: [ContiguousArray<CChar>], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
        let all = texts.flatMap { $0 }
        return all.withUnsafeBufferPointer { buffer in
            var starts: [UnsafePointer<CChar>?] = []
            var offset = 0
            for text in texts {
                starts.append(buffer.baseAddress.map { $0 + offset })
                offset += text.count
            }
            starts.append(nil)
            return starts.withUnsafeBufferPointer { body($0.baseAddress!) }
        }
    }
}
