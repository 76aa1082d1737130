import Screening
import Synchronization

/// The packages that providers listed a moment ago, and those that could not be had a moment ago: a page of forms, or a script, does not ask a provider
/// for each. Callers that ask at the same time share one answer.
final class PackageCache: Sendable {
    private struct Kept {
        var result: Result<[ScreeningPackage], any Error>
        var since: Timestamp
        var until: Timestamp
    }

    private struct State {
        var kept: [String: Kept] = [:]
        var asking: [String: Task<[ScreeningPackage], any Error>] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter time: a list that was asked for before this time does not do; nil for any that is kept.
    func packages(
        of account: ProviderAccount,
        at timestamp: Timestamp,
        listedAfter time: Timestamp? = nil,
        fetch: @escaping @Sendable () async throws -> [ScreeningPackage]
    ) async throws -> [ScreeningPackage] {
        let id = account.account.id
        let task = try state.withLock { state -> Task<[ScreeningPackage], any Error>? in
            if let kept = state.kept[id], kept.since <= timestamp, timestamp < kept.until, time.map({ $0 < kept.since }) ?? true {
                _ = try kept.result.get()
                return nil
            }
            let task = state.asking[id] ?? Task { [self] in try await ask(id, at: timestamp, fetch) }
            state.asking[id] = task
            return task
        }
        guard let task else { return try state.withLock { try $0.kept[id]?.result.get() ?? [] } }
        return try await task.value
    }

    private func ask(_ id: String, at timestamp: Timestamp, _ fetch: @Sendable () async throws -> [ScreeningPackage]) async throws
        -> [ScreeningPackage]
    {
        let result: Result<[ScreeningPackage], any Error>
        do { result = .success(try await fetch()) } catch { result = .failure(error) }
        let lifetime = (try? result.get()) == nil ? Duration.seconds(15) : .seconds(300)
        state.withLock { state in
            // A list that is good for a while yet says more than a failure to get a newer one.
            let isKept =
                (try? result.get()) == nil && (try? state.kept[id]?.result.get()) != nil && state.kept[id].map { timestamp < $0.until } ?? false
            if !isKept { state.kept[id] = Kept(result: result, since: timestamp, until: timestamp + lifetime) }
            state.asking[id] = nil
        }
        return try result.get()
    }
}
