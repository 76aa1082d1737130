import Foundation
import Synchronization

/// A pooler in front of a PostgreSQL server, in transaction mode: each transaction gets whichever of a few sessions is free. Ends with the process that
/// started it, however that ends.
public final class PgBouncer: Sendable {
    /// The one in front of the server that tests share.
    public static let shared = Task { try await PgBouncer(before: PostgresServer.shared.value) }

    /// Where its socket is.
    public let folder: String
    private let keeper: Mutex<FileHandle>

    /// Starts a pooler.
    /// - Parameter sessions: how many sessions all clients of a database share.
    public init(before server: PostgresServer, sessions: Int = 4) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-pb-" + UUID().uuidString.prefix(8)).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", Self.script, "sh", folder, server.folder, String(sessions)]
        (process.standardInput, process.standardOutput) = (input, output)
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        self.folder = folder
        keeper = Mutex(input.fileHandleForWriting)
        let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard answer == "done\n" else { throw PostgresServer.Missing(description: "no PgBouncer: \(answer); scripts/setup test installs one") }
    }

    /// Where a database of the server's is through the pooler.
    public func url(of url: String) -> String { (url.split(separator: "?").first.map(String.init) ?? url) + "?host=\(folder)&port=6432" }

    /// It refuses to run as root, as the server does.
    private static let script = """
        folder=$1
        as=''
        if [ "$(id -u)" = 0 ]; then
            user=nobody
            id postgres >/dev/null 2>&1 && user=postgres
            chown "$user" "$folder"
            as="runuser -u $user --"
        fi
        cd "$folder" || exit 1
        cat >pgbouncer.ini <<END
        [databases]
        * = host=$2 user=fairlead
        [pgbouncer]
        unix_socket_dir = $folder
        listen_port = 6432
        auth_type = any
        pool_mode = transaction
        default_pool_size = $3
        max_client_conn = 1000
        server_round_robin = 1
        server_idle_timeout = 2
        server_login_retry = 1
        END
        PATH=$PATH:/usr/sbin
        $as pgbouncer -q pgbouncer.ini >pgbouncer.log 2>&1 </dev/null &
        for try in $(seq 100); do [ -S .s.PGSQL.6432 ] && break; sleep 0.1; done
        if [ -S .s.PGSQL.6432 ]; then echo done; else tail -n 3 pgbouncer.log | tr '\\n' ' '; echo; fi
        while read -r word; do :; done
        kill $!
        cd / && rm -rf "$folder"
        """
}
