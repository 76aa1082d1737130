import Screening
import Synchronization

/// One page that somebody looks at: what it is put together of is one look, and one entry of the audit.
///
/// A value of the task that puts it together. The first thing of the page's own subject stands for all; the others are named in `details.shown`.
final class AuditedPage: Sendable {
    /// The page that this task puts together; nil for what is no page.
    @TaskLocal static var current: AuditedPage?

    /// More than this are counted, not named.
    private static let most = 30

    private struct State {
        var acts: [AuditAct] = []
    }

    /// The identifier that the page's address names; nil where it names none.
    let subject: String?
    private let state = Mutex(State())

    init(subject: String?) { self.subject = subject }

    /// Notes something that is shown on the page.
    func shows(_ act: AuditAct) { state.withLock { $0.acts.append(act) } }

    /// The look as a whole; nil where nothing was shown that is recorded.
    var act: AuditAct? {
        let acts = state.withLock { $0.acts }
        let own = acts.filter { $0.subject == subject }
        // The thing itself stands before what belongs to it: `order.read` before `order.timeline.read`.
        guard var act = own.min(by: { $0.action.count < $1.action.count }) ?? acts.first else { return nil }
        var names: [String] = []
        for shown in acts {
            let kind = shown.action.hasSuffix(".read") ? String(shown.action.dropLast(5)) : shown.action
            let name = shown.subject == nil || shown.subject == act.subject ? kind : "\(kind) \(shown.subject ?? "")"
            if !names.contains(name) { names.append(name) }
        }
        act.reason = act.reason ?? acts.lazy.compactMap(\.reason).first
        if names.count > 1 {
            act.details["shown"] = .array(names.prefix(AuditedPage.most).map { .string($0) })
            if names.count > AuditedPage.most { act.details["shown_count"] = .int(Int64(names.count)) }
        }
        return act
    }
}

extension Auditor {
    /// Puts a page together for somebody: all that they see of people on it is recorded as one look, before they see it. Looking at the same page again, for
    /// the same reason, within ten minutes is the same look.
    /// - Parameters:
    ///   - address: the page, with what it was asked for. It is not stored.
    ///   - subject: the identifier that its address names; nil where it names none.
    /// - Throws: what `body` throws, and then nothing is recorded; ``StoreError`` where it cannot be recorded: then nobody sees anything.
    public func page<Value: Sendable>(_ address: String, subject: String?, _ body: () async throws -> Value) async throws -> Value {
        let page = AuditedPage(subject: subject)
        let value = try await AuditedPage.$current.withValue(page) { try await body() }
        guard let act = page.act else { return value }
        // The address says what the page is: what stands on it may change while it stays open.
        try await record(act, once: RecentReadings.Look(actor: act.actor, action: "page", subject: nil, reason: act.reason, query: address))
        return value
    }
}
