import HTTPTypes
import Screening

/// A successful answer about requests at the provider: a list of them, or one request's report itself.
///
/// Of a long list only the ids are made values of at once, and then the records that somebody asks for: it is read for a few of many.
struct WireListing: Sendable {
    /// What an answer may have that is made values of as a whole; a list that is read by its ids may be longer.
    private static let wholeLimit = 4 << 20
    /// What an answer may have. Fifty thousand requests with their checks are less.
    static let limit = 48 << 20

    private enum Content: Sendable {
        case records(JSON.Records)
        case list([String: JSON])
        case one(JSON)
    }

    private let content: Content
    private let ids: WireSelector
    let status: Int
    /// How the provider's clock stood when it answered.
    let clock: ProviderClock
    /// Records without an id, of all: they cost themselves and nothing else.
    let odd: (count: Int, all: Int)
    /// The provider's name for the list as it was; nil where it gave none that can be handed back.
    let tag: String?
    /// Whether it is kept, for asking whether the list has changed: where the provider can be asked that, and it is not long.
    let isKept: Bool
    private static let keptLimit = 2 << 20

    /// Reads an answer by the call's selectors `list` and `id`. Of several records by one id the last counts, or the first where `take` says so.
    /// - Throws: ``ProviderError`` `unreadable` where it is not JSON.
    init(_ response: WireResponse, of call: WireCall, _ exchange: WireExchange) throws(ProviderError) {
        let lists = call.selector("list")
        let ids = call.selector("id")
        let keepsFirst = call.section["take"]?.text == "first"
        self.ids = ids
        status = response.status
        clock = ProviderClock(response, now: exchange.session.clock.now())
        tag = response.headers[.eTag].flatMap { (1...200).contains($0.utf8.count) ? $0 : nil }
        isKept = tag != nil && response.body.count <= Self.keptLimit
        guard let text = response.text else { throw exchange.unreadable(call, "its answer is not JSON", response.status) }
        do throws(JSONError) {
            let records = try JSON.Records(received: text, at: lists.paths, by: ids.roots, keepsFirst: keepsFirst) { ids.identifier(in: $0) }
            if let records {
                content = .records(records)
                odd = (records.withoutID, records.count)
                return
            }
        } catch { throw exchange.unreadable(call, "its answer is not JSON", response.status) }
        guard text.count <= Self.wholeLimit else { throw exchange.unreadable(call, "it holds no list and is too long", response.status) }
        let body = try exchange.json(response, of: call)
        guard let items = lists.list(in: body) else {
            content = .one(body)
            odd = (0, 1)
            return
        }
        let pairs = items.compactMap { item in ids.identifier(in: item).map { ($0, item) } }
        content = .list(Dictionary(pairs) { keepsFirst ? $0 : $1 })
        odd = (items.count - pairs.count, items.count)
    }

    /// The ids of all records, as the list has them where it is one.
    var references: [String] {
        switch content {
        case .records(let records): records.ids
        case .list(let index): index.keys.sorted()
        case .one(let body): ids.identifier(in: body).map { [$0] } ?? []
        }
    }

    /// The record of an id, as it stands in the list; nil where there is none.
    subscript(id: String) -> JSON? {
        switch content {
        case .records(let records): records[id]
        case .list(let index): index[id]
        case .one(let body): ids.identifier(in: body) == id ? body : nil
        }
    }

    /// The record about one request; nil where the list does not hold it.
    /// - Throws: ``ProviderError`` `unreadable` where the answer is neither a list nor a report.
    func item(_ reference: String, of call: WireCall, _ exchange: WireExchange) throws(ProviderError) -> JSON? {
        switch content {
        case .records(let records): return records[reference]
        case .list(let index): return index[reference]
        case .one(let body):
            guard body.members != nil else { throw exchange.unreadable(call, "it holds no list", status) }
            if let id = ids.identifier(in: body) { return id == reference ? body : JSON?.none }
            guard call.namesReference else { throw exchange.unreadable(call, "it holds no list", status) }
            return body
        }
    }
}

/// What a shared reading is made of and read by: two that differ in any of it are two readings.
struct WireReading: Hashable, Sendable {
    private let account: String
    private let baseURL: String
    private let environment: String?
    private let secrets: [String: [Secret]]
    private let sections: [JSON?]

    init(of call: WireCall, account: Account, profile: WireProfile) {
        self.account = account.id
        baseURL = account.baseURL
        environment = account.environment
        secrets = account.secrets
        sections = [.string(call.name), call.section] + ["auth", "token", "errors"].map(profile.section)
    }

    /// By the account alone: there are few readings at a time, and equal ones are compared in full.
    func hash(into hasher: inout Hasher) { hasher.combine(account) }
}
