import Crypto
import Screening
import Synchronization

/// One page that somebody looks at: what it is put together of is one look at the page's own subject, and one at each other thing on it that has a name.
///
/// A value of the task that puts it together. The first thing of the page's own subject stands for all of it; the others are named in `details.shown` too.
final class AuditedPage: Sendable {
    /// The page that this task puts together; nil for what is no page.
    @TaskLocal static var current: AuditedPage?

    /// More than this are counted in `details.shown`, not named: each has an entry of its own.
    private static let most = 30

    /// A look at one thing on the page.
    struct Look {
        var act: AuditAct
        /// What was shown of it: `order`, `order.timeline`.
        let kinds: [String]
    }

    /// The address without its identifiers: `/orders/{id}`.
    let pattern: String
    /// The identifier that the page's address names; nil where it names none.
    let subject: String?
    private let acts = Mutex<[AuditAct]>([])

    init(_ pattern: String, subject: String?) {
        self.pattern = pattern
        self.subject = subject
    }

    /// Notes something that is shown on the page.
    func shows(_ act: AuditAct) { acts.withLock { $0.append(act) } }

    /// The looks, the one at the page itself first; empty where nothing was shown that is recorded.
    var looks: [Look] {
        let acts = acts.withLock { $0 }
        guard let first = acts.first else { return [] }
        let own = acts.contains { $0.subject == subject } ? subject : first.subject
        let reason = acts.lazy.compactMap(\.reason).first
        var looks = ([own] + acts.map(\.subject).filter { $0 != nil }).once.compactMap { look(at: $0, acts, reason) }
        guard !looks.isEmpty else { return [] }
        let names = acts.map { $0.subject == nil || $0.subject == own ? Self.kind($0) : "\(Self.kind($0)) \($0.subject ?? "")" }.once
        looks[0].act.details["shown"] = names.count > 1 ? .array(names.prefix(Self.most).map { .string($0) }) : nil
        if names.count > Self.most { looks[0].act.details["shown_count"] = .int(Int64(names.count)) }
        return looks
    }

    private func look(at subject: String?, _ acts: [AuditAct], _ reason: Personal<String>?) -> Look? {
        let shown = acts.filter { $0.subject == subject }
        // The thing itself stands before what belongs to it: `order.read` before `order.timeline.read`.
        guard var act = shown.min(by: { $0.action.count < $1.action.count }) else { return nil }
        let kinds = shown.map(Self.kind).once
        act.reason = act.reason ?? reason
        act.details["page"] = .string(pattern)
        if kinds.count > 1 { act.details["shown"] = .array(kinds.map { .string($0) }) }
        // A table that was read page by page.
        let counts = shown.filter { $0.action == act.action }.compactMap { $0.details["count"]?.integer }
        if !counts.isEmpty { act.details["count"] = .int(counts.reduce(0, +)) }
        return Look(act: act, kinds: kinds)
    }

    private static func kind(_ act: AuditAct) -> String { act.action.hasSuffix(".read") ? String(act.action.dropLast(5)) : act.action }

    /// What tells this page from others, with what it was asked for: neither can be read from it.
    func address(_ filters: [(name: String, value: String)]) -> String {
        let asked = filters.map { JSON.array([.string($0.name), .string($0.value)]).string() }.once.sorted()
        let page: JSON = [.string(pattern), subject.map { .string($0) } ?? .null, .array(asked.map { .string($0) })]
        return Array(SHA256.hash(data: Array(page.string().utf8))).hex
    }
}

extension Array where Element: Hashable {
    /// Each once, in the same order.
    fileprivate var once: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension Auditor {
    /// Puts a page together for somebody: what they see of people on it is recorded before they see it, a look for each thing that has a name, all together.
    /// Looking at the same again on the same page, for the same reason, within ten minutes is the same look.
    /// - Parameters:
    ///   - pattern: the page's address without its identifiers, as it is recorded.
    ///   - subject: the identifier that its address names; nil where it names none.
    ///   - filters: what it was asked for, as far as it knows it. It is not stored.
    /// - Throws: what `body` throws, and then nothing is recorded; ``StoreError`` where it cannot be recorded: then nobody sees anything.
    public func page<Value: Sendable>(
        _ pattern: String,
        subject: String?,
        filters: [(name: String, value: String)] = [],
        _ body: () async throws -> Value
    ) async throws -> Value {
        let page = AuditedPage(pattern, subject: subject)
        let value = try await AuditedPage.$current.withValue(page) { try await body() }
        try await record(page.looks, at: page.address(filters))
        return value
    }
}
