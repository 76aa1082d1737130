import Foundation
import Synchronization

/// A PostgreSQL server in a temporary folder, reached through a socket in it. Ends with the process that started it, however that ends: the shell
/// that looks after it waits for the other end of a pipe to close.
public final class PostgresServer: Sendable {
    /// The one that tests share. Not to be stopped: it writes nothing that only a server which starts after a crash would read. It has hundreds of databases, and
    /// would have somebody look after one of them several times a second.
    public static let shared = Task {
        try await PostgresServer("-c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off -c checkpoint_timeout=1h")
    }

    /// There is no PostgreSQL to start.
    public struct Missing: Error, CustomStringConvertible {
        /// What is missing.
        public let description: String
    }

    /// Where its data and its socket are.
    public let folder: String
    private let keeper: Mutex<(input: FileHandle, output: FileHandle)>
    private let databases = Mutex(0)

    /// Makes and starts a server.
    /// - Parameter settings: its own, beside those that all have.
    public init(_ settings: String = "") async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-pg-" + UUID().uuidString.prefix(8)).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", Self.script, "sh", folder, settings]
        (process.standardInput, process.standardOutput) = (input, output)
        // Without this the server's own shell would hold the pipe open.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        self.folder = folder
        keeper = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
        try send("start")
    }

    /// Stops the server as a crash would, and starts it again.
    public func crash() throws {
        try send("crash")
        try send("start")
    }

    /// Stops the server as a crash would.
    public func stop() throws { try send("crash") }

    /// Starts the server again.
    public func start() throws { try send("start") }

    /// Where a database is.
    public func url(_ database: String) -> String { "postgres://fairlead@/\(database)?host=\(folder)" }

    /// Makes an empty database and says where it is.
    public func newDatabase() throws -> String {
        let name = databases.withLock { count in
            count += 1
            return "test\(count)"
        }
        try send("new \(name)")
        return url(name)
    }

    /// Ends every connection to a database, as an administrator may.
    public func endConnections(to url: String) throws {
        try send("end \(Self.name(of: url))")
    }

    /// Keeps everybody from a database's tables for six seconds, so that whoever needs one waits with the connection in hand. Returns at once.
    public func lockTables(of url: String) throws { try send("lock \(Self.name(of: url))") }

    /// Makes as if every host that was killed had been so for longer than it counts as alive.
    public func forgetReplicas(of url: String) throws { try send("forget \(Self.name(of: url))") }

    private static func name(of url: String) -> Substring { url.prefix { $0 != "?" }.split(separator: "/").last ?? "" }

    private func send(_ command: String) throws {
        try keeper.withLock { ends in
            try ends.input.write(contentsOf: Data((command + "\n").utf8))
            let answer = String(decoding: ends.output.availableData, as: UTF8.self)
            guard answer == "done\n" else { throw Missing(description: "no PostgreSQL server: \(answer); scripts/setup test installs one") }
        }
    }

    /// The server refuses to run as root, so root becomes somebody else for it.
    private static let script = """
        folder=$1
        for bin in /usr/lib/postgresql/*/bin $(dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null); do [ -x "$bin/initdb" ] && break; done
        as=''
        if [ "$(id -u)" = 0 ]; then
            user=nobody
            id postgres >/dev/null 2>&1 && user=postgres
            chown "$user" "$folder"
            as="runuser -u $user --"
        fi
        cd "$folder" || exit 1
        $as "$bin/initdb" -D data -A trust -U fairlead -E UTF8 --locale=C --no-sync >initdb.log 2>&1
        options="-k $folder -c listen_addresses= -c max_connections=300 -c fsync=off -c shared_buffers=32MB $2"
        while read -r word name; do
            case $word in
                new) $as "$bin/createdb" -h "$folder" -U fairlead "$name" >>initdb.log 2>&1 </dev/null ;;
                end) $as "$bin/psql" -h "$folder" -U fairlead -d postgres -qAt -c \
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '$name'" >>initdb.log 2>&1 </dev/null ;;
                lock) $as "$bin/psql" -h "$folder" -U fairlead -d "$name" -qAt -c \
                    "BEGIN; LOCK TABLE events, orders, runs, queue; SELECT pg_sleep(6); COMMIT" >>initdb.log 2>&1 </dev/null & ;;
                forget) $as "$bin/psql" -h "$folder" -U fairlead -d "$name" -qAt -c "DELETE FROM replicas" >>initdb.log 2>&1 </dev/null ;;
                start) $as "$bin/pg_ctl" -D data -w -l data/server.log -o "$options" start >/dev/null 2>&1 </dev/null ;;
                crash) $as "$bin/pg_ctl" -D data -w -m immediate stop >/dev/null 2>&1 </dev/null ;;
            esac && echo done || { tail -n 3 initdb.log data/server.log | tr '\\n' ' '; echo; }
        done
        $as "$bin/pg_ctl" -D data -w -m immediate stop >/dev/null 2>&1
        cd / && rm -rf "$folder"
        """
}
