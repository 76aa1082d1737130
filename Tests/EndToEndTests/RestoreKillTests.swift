import CrashTesting
import Foundation
import Screening
import ScreeningTesting
import Simulators
import Testing

/// A backup, fifty orders, a restore: with the program killed at every point of it, and the host at random ones of what follows, while all fifty come again.
@Suite("Killing a restore", .serialized) struct RestoreKillTests {
    enum Kind: String, CaseIterable, Sendable { case sqlite, postgres }

    @Test("A restore that is killed anywhere is run again, no host serves half a store, and nobody is ordered twice", arguments: Kind.allCases)
    func killed(_ kind: Kind) async throws {
        let url = kind == .sqlite ? "sqlite:fairlead.db" : try await PostgresServer.shared.value.newDatabase()
        let harness = try await KillHarness(pace: nil, store: url)
        defer { harness.serve.kill() }
        let random = SeededRandom(kind == .sqlite ? 7 : 8)
        let program = RestoringProgram(folder: harness.folder)
        try await harness.serve.start()
        for number in 0..<4 { try await harness.ats.deliver(number) }
        try await harness.requested(4)
        #expect(try program.run("backup", "made.backup") == 0)
        let count = 54
        for number in 4..<count { try await harness.ats.deliver(number) }
        try await harness.requested(count)
        #expect(harness.serve.terminate() == 0)

        var (point, kills) = (0, 0)
        while true {
            // Each statement is a point for a database: there are hundreds, and one in a few is tried.
            point += kind == .sqlite ? 1 : random.number(in: 7..<24)
            let code = try program.run("restore", "made.backup", "--replace", killedAt: point)
            if code == 0 { break }
            guard code == Int32(SIGKILL) else {
                Issue.record("restore ended with \(code) after \(kills) kills: \(program.said)")
                break
            }
            kills += 1
            // What a host makes of it: the old store, the new one held, or none.
            if let count = try await harness.ordersServed() { #expect(count.orders == 54 && !count.isHeld || count.orders == 4 && count.isHeld) }
            #expect(harness.site.zinc.requests.count == 54)
        }
        #expect(kills > (kind == .sqlite ? 10 : 5), "only \(kills) points were passed")
        #expect(try await harness.ordersServed().map { $0.orders == 4 && $0.isHeld } == true)

        // Twice: the second restore is of a store that was restored, and whose people were delivered again.
        for round in 0..<2 {
            if round == 1 {
                // On PostgreSQL a replica counts as alive for five minutes after it was killed.
                if kind == .postgres { try await PostgresServer.shared.value.forgetReplicas(of: url) }
                for _ in 0..<4 {
                    let code = try program.run("restore", "made.backup", "--replace", killedAt: random.number(in: 1..<(kind == .sqlite ? 40 : 400)))
                    #expect(code == 0 || code == Int32(SIGKILL), "\(program.said)")
                }
                #expect(try program.run("restore", "made.backup", "--replace") == 0, "\(program.said)")
            }
            try await harness.deliversAgain(4..<count, random)
            let isSettled = try await harness.settled(count)
            let states = try await harness.states()
            #expect(isSettled, "\(states)")
            let atProvider = Dictionary(grouping: harness.site.zinc.requests, by: \.candidate.email.value)
            #expect(atProvider.count == count && atProvider.values.allSatisfy { $0.count == 1 }, "a check was ordered twice")
            if round == 0 { #expect(harness.serve.terminate() == 0) }
        }
        #expect(harness.serve.terminate() == 0)
        await harness.close()
    }
}

extension KillHarness {
    /// Returns when so many orders are at the provider, and stand so in the store.
    fileprivate func requested(_ count: Int) async throws {
        for _ in 0..<600 {
            if site.zinc.requests.count == count, try await states()["requested"] == count { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("not every order was sent: \(try await states())")
    }

    /// Starts the host, delivers people again while it is held and after its release, and kills it at random points of that.
    fileprivate func deliversAgain(_ numbers: Range<Int>, _ random: SeededRandom) async throws {
        try await serve.start()
        let middle = (numbers.lowerBound + numbers.upperBound) / 2
        for number in numbers.lowerBound..<middle {
            if number % 6 == 0 {
                try await Task.sleep(for: .milliseconds(Int64(random.fraction() * 200)))
                serve.kill()
                try await serve.start()
            }
            try await ats.deliver(number)
        }
        for round in 0..<600 {
            _ = try? await serve.post("/release", [:])
            if round % 8 == 3, round < 40 {
                try await Task.sleep(for: .milliseconds(Int64(random.fraction() * 60)))
                serve.kill()
                try await serve.start()
            }
            if try await serve.get("/status")?["held"] == false, round > 40 { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try await serve.get("/status")?["held"] == false)
        for number in middle..<numbers.upperBound {
            if number % 6 == 0 {
                try await Task.sleep(for: .milliseconds(Int64(random.fraction() * 200)))
                serve.kill()
                try await serve.start()
            }
            try await ats.deliver(number)
        }
    }

    /// Whether so many orders are somewhere that they do not leave by themselves.
    fileprivate func settled(_ count: Int) async throws -> Bool {
        for _ in 0..<400 {
            let states = try await states()
            if (states["requested"] ?? 0) + (states["uncertain"] ?? 0) == count { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// What a host finds; nil where it does not start.
    fileprivate func ordersServed() async throws -> (orders: Int, isHeld: Bool)? {
        guard try await serve.startIfItCan() else { return nil }
        let orders = try await serve.get("/orders?limit=200")?["items"]?.items?.count
        let isHeld = try await serve.get("/status")?["held"] == true
        #expect(serve.terminate() == 0)
        return orders.map { ($0, isHeld) }
    }
}

/// The program beside the host, in the same folder.
final class RestoringProgram {
    let folder: URL
    /// What it complained of last.
    private(set) var said = ""

    init(folder: URL) { self.folder = folder }

    /// Runs it to its end. Returns its status, or the signal that it was killed by.
    /// - Parameter killedAt: the point of a restore at which it is killed; nil for none.
    func run(_ arguments: String..., killedAt point: Int? = nil) throws -> Int32 {
        let process = Process()
        process.executableURL = ServeProcess.products.appending(path: "fairlead")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        var environment = ProcessInfo.processInfo.environment
        environment["FAIRLEAD_TEST_KILL_AT"] = point.map(String.init)
        process.environment = environment
        try process.run()
        said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus
    }
}
