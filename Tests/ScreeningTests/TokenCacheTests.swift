import Screening
import Synchronization
import Testing

@Suite("The token cache")
struct TokenCacheTests {
    private struct Refused: Error {}

    private func token(_ name: String, until milliseconds: Int64 = 100) -> BearerToken {
        BearerToken(secret: Secret(name), renewAt: Timestamp(milliseconds: milliseconds))
    }

    @Test("Kept until due, fetched anew when due or rejected")
    func renewal() async throws {
        let cache = TokenCache()
        let fetches = Mutex(0)
        func get(at milliseconds: Int64, rejected: BearerToken? = nil) async throws -> BearerToken {
            try await cache.token(rejected: rejected, at: Timestamp(milliseconds: milliseconds)) {
                let number = fetches.withLock { fetches in
                    fetches += 1
                    return fetches
                }
                return BearerToken(secret: Secret("t\(number)"), renewAt: Timestamp(milliseconds: Int64(number) * 100))
            }
        }
        let first = try await get(at: 0)
        #expect(try await get(at: 99) == first)
        let second = try await get(at: 100)
        #expect(second.secret == Secret("t2"))
        #expect(try await get(at: 101, rejected: first) == second)
        #expect(try await get(at: 101, rejected: second).secret == Secret("t3"))
    }

    @Test("A failed fetch is told to all who waited, and nothing is kept of it")
    func failure() async throws {
        let cache = TokenCache()
        await #expect(throws: Refused.self) { try await cache.token(at: Timestamp(milliseconds: 0)) { throw Refused() } }
        let fetched = try await cache.token(at: Timestamp(milliseconds: 0)) { BearerToken(secret: Secret("t"), renewAt: Timestamp(milliseconds: 1)) }
        #expect(fetched == token("t", until: 1))
    }
}
