import Screening

// Stages know nothing of what is drawn of the past.

extension StubStore {
    func add(history counts: [HistoryCount]) async throws {}
    func keep(orders counts: [HistoryCount], ofDay day: Int64) async throws {}
    func note(_ mark: HostMark) async throws {}
    func history(since: Timestamp) async throws -> [HistoryCount] { [] }
    func marks(since: Timestamp) async throws -> [HostMark] { [] }
    func lastStart() async throws -> HostMark? { nil }
    func forgetHistory(before time: Timestamp) async throws {}
}
