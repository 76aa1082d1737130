import Screening

// What commands and those who tell others ask for.

extension StubStore {
    func endpoints() async throws -> [WebhookEndpoint] { with { $0.endpoints.values.sorted { $0.id < $1.id } } }
    func endpoint(_ id: String) async throws -> WebhookEndpoint? { with { $0.endpoints[id] } }
    func keep(_ endpoint: WebhookEndpoint, over version: Int) async throws { with { $0.endpoints[endpoint.id] = endpoint } }
    func remove(endpoint id: String) async throws { with { $0.endpoints[id] = nil } }
    func subscribe(_ subscriber: String, to events: WebhookEndpoint.Events) async throws { with { $0.subscriptions[subscriber] = events } }
    func subscribers() async throws -> [String] { with { $0.subscriptions.keys.sorted() } }
    func notice(_ id: String) async throws -> Notice? { with { $0.notices[id] } }
    func delivery(_ id: String) async throws -> WebhookDelivery? { with { $0.deliveries[id] } }
    func deliveries(of endpoint: String, _ query: DeliveryQuery, _ page: PageRequest) async throws -> Page<WebhookDelivery> {
        Page(items: with { $0.deliveries.values.filter { $0.endpoint == endpoint }.sorted { $0.id < $1.id } }, next: nil)
    }
    func forgetDeliveries(before time: Timestamp, keeping count: Int) async throws {}

    func keep(_ token: AccessToken, secret: Secret) async throws { throw StoreError.unavailable("not here") }
    func token(by secret: Secret) async throws -> AccessToken? { nil }
    func begin(_ session: Session, secret: Secret) async throws { throw StoreError.unavailable("not here") }
    func session(by secret: Secret) async throws -> Session? { nil }
    func seen(session secret: Secret, at: Timestamp) async throws {}
    func end(session secret: Secret) async throws {}
    func views(of owner: String) async throws -> [SavedView] { [] }
    func keep(_ view: SavedView, of owner: String) async throws -> Bool { true }
    func forget(view id: String, of owner: String) async throws {}
    func token(id: String) async throws -> AccessToken? { with { $0.tokens.first { $0.id == id } } }
    func tokens() async throws -> [AccessToken] { with { $0.tokens } }
    func remove(token id: String) async throws {}
    func begin(key: String, bodyHash: String) async throws -> IdempotencyState { .fresh }
    func recordResponse(key: String, status: Int?, body: [UInt8]) async throws {}
    func counts() async throws -> Counts { Counts() }
    func places(of works: [Work]) async throws -> [Work: WorkPlace] {
        with { state in
            var places: [Work: WorkPlace] = [:]
            for work in works { if let due = state.due[work] { places[work] = WorkPlace(due: due, attempts: 0, isHeld: false) } }
            return places
        }
    }
    func ahead(of work: Work, limit: Int) async throws -> Int? { with { $0.ahead[work] } }
    func bulkJob(_ id: String) async throws -> BulkJob? { with { $0.bulk[id] } }
    func runningBulkJobs() async throws -> [BulkJob] { with { $0.bulk.values.filter { $0.state == .running } } }
    func bulkJobs(limit: Int) async throws -> [BulkJob] { with { Array($0.bulk.values.sorted { $0.id > $1.id }.prefix(limit)) } }
    func bulkItems(of job: String, from position: Int) async throws -> [String] { with { Array(($0.bulkItems[job] ?? []).dropFirst(position)) } }
    func bulkRefusals(of job: String, limit: Int) async throws -> [BulkJob.Refusal] { with { Array(($0.bulkRefusals[job] ?? []).prefix(limit)) } }
    func turnarounds(of account: String) async throws -> TurnaroundHistory {
        with { state in
            var history = TurnaroundHistory()
            for turnaround in state.turnarounds where turnaround.account == account {
                for (span, duration) in turnaround.spans {
                    history.add(1, of: turnaround.package, span, bucket: DurationHistogram.bucket(of: duration))
                }
            }
            return history
        }
    }
    func backupState() async throws -> BackupState { BackupState() }
    func takeOnBackup(_ owner: String, madeBefore: Timestamp, begunBefore: Timestamp, at now: Timestamp) async throws -> Bool { false }
    func noteBackup(madeAt: Timestamp, bytes: Int64, took: Duration, unproven why: String?) async throws {}
    func noteBackup(failedAt: Timestamp, why: String) async throws {}
    func restores() async throws -> [Restore] { with { $0.restores } }
    func closeRestores(at time: Timestamp) async throws {}
    func note(unknownRequest reference: String, at account: String, at time: Timestamp, atMost limit: Int) async throws -> Bool {
        with { $0.unknownRequests.append(UnknownRequest(account: account, reference: reference, firstAt: time, lastAt: time, count: 1)) }
        return true
    }
    func unknownRequests() async throws -> [UnknownRequest] { with { $0.unknownRequests } }
    func load() async throws -> QueueLoad { QueueLoad(queued: [:]) }
}
