import Foundation
import LuaRuntime
import Testing

/// What a pool leaves behind in this process. Run by itself: other suites open and close descriptors of their own meanwhile.
@Suite("Pool clean-up")
struct PoolIsolationTests {
    @Test("A pool that is shut down leaves no open descriptors and no zombie processes")
    func leavesNoDescriptorAndNoProcess() async throws {
        func round() async throws {
            try await LuaPool.with(count: 2) { pool async throws in
                for body in ["return 1", "while true do end", "return ('a'):rep(1e5):find('.-.-.-.-b')", "error('x')"] {
                    _ = try await Fixture.run("return function() \(body) end", in: pool, limits: Limits(sliceCPU: .milliseconds(20)))
                }
                kill(try #require(pool.workers.first), SIGKILL)
                _ = try await Fixture.run("return 1", in: pool)
            }
        }
        try await round()
        let before = descriptors()
        for _ in 0..<20 { try await round() }
        #expect(descriptors() < before + 20)
        #expect(zombies() == 0)
    }

    private func descriptors() -> Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count
    }

    private func zombies() -> Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        let children = tasks.flatMap { task in
            ((try? String(contentsOfFile: "/proc/self/task/\(task)/children", encoding: .utf8)) ?? "").split(separator: " ").map(String.init)
        }
        return children.count { child in
            let stat = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ""
            return stat.contains("(fairlead-lua) Z")
        }
    }
}
