import Foundation
import Synchronization

/// Two PostgreSQL servers, the second a synchronous standby of the first. They end with the process that started them, however that ends.
public final class PostgresPair: Sendable {
    private let keeper: Mutex<(input: FileHandle, output: FileHandle)>
    private let folder: String

    /// Makes and starts both, with an empty database.
    public init() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-pp-" + UUID().uuidString.prefix(8)).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", Self.script, "sh", folder]
        (process.standardInput, process.standardOutput) = (input, output)
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        self.folder = folder
        keeper = Mutex((input.fileHandleForWriting, output.fileHandleForReading))
        try send("start")
    }

    /// Where the database is: on whichever of both takes writes.
    public var url: String { "postgres://fairlead@/fairlead?host=\(folder)/first,\(folder)/second" }

    /// Kills the first server; the second goes on by itself once it is promoted.
    public func kill() throws { try send("kill") }

    /// Makes the standby the primary.
    public func promote() throws { try send("promote") }

    private func send(_ command: String) throws {
        try keeper.withLock { ends in
            try ends.input.write(contentsOf: Data((command + "\n").utf8))
            let answer = String(decoding: ends.output.availableData, as: UTF8.self)
            guard answer == "done\n" else { throw PostgresServer.Missing(description: "no pair of PostgreSQL servers: \(answer)") }
        }
    }

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
        $as mkdir first second
        run() { $as "$bin/pg_ctl" -D "$1/data" -w -l "$1/log" \
            -o "-k $folder/$1 -c listen_addresses= -c fsync=off -c shared_buffers=32MB -c max_wal_senders=5 -c max_connections=100" start; }
        sql() { $as "$bin/psql" -h "$folder/first" -U fairlead -d postgres -qAt -c "$1"; }
        start() {
            $as "$bin/initdb" -D first/data -A trust -U fairlead -E UTF8 --locale=C --no-sync && run first &&
            $as "$bin/pg_basebackup" -h "$folder/first" -U fairlead -D second/data -R -X stream --checkpoint=fast --no-sync && run second || return 1
            for try in $(seq 100); do [ "$(sql "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")" = 1 ] && break; sleep 0.1; done
            sql "ALTER SYSTEM SET synchronous_standby_names = '*'" && sql "SELECT pg_reload_conf()" && sql "CREATE DATABASE fairlead"
        }
        while read -r word; do
            case $word in
                start) start ;;
                kill) $as "$bin/pg_ctl" -D first/data -w -m immediate stop ;;
                promote) $as "$bin/pg_ctl" -D second/data -w promote ;;
            esac >>all.log 2>&1 </dev/null && echo done || { tail -n 3 all.log */log | tr '\\n' ' '; echo; }
        done
        for server in first second; do $as "$bin/pg_ctl" -D $server/data -w -m immediate stop >/dev/null 2>&1; done
        cd / && rm -rf "$folder"
        """
}
