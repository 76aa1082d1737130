import Crypto
import Foundation
import HTTPTypes
import Screening
import Web

/// A search for somebody where the settings ask for reasons: with a reason, which is asked for once a search.
///
/// What is searched for and why stand in the address, sealed with what the person's browser holds and for that person: no host remembers them, and
/// nobody else can read or use the address.
struct ReasonedSearch: Sendable, Equatable {
    let text: String
    let reason: String
    let since: Timestamp

    /// How long a search may be gone back to.
    static let lasting = Duration.seconds(900)

    static let handlers: [PageHandler] = [
        .post("/orders/search", .read) { visit in
            guard let principal = visit.viewer.revealing, let text = visit.field("q")?.trimmed, text.utf8.count <= 500 || PastedDelivery.isOne(text)
            else {
                throw ProblemDocument(404, "not_found", "Not found", "there is nothing to search for here")
            }
            guard let reason = visit.reason else {
                throw ProblemDocument(400, "reason_required", "Why?", "say why you search for somebody: whoever keeps the audit reads it")
            }
            let search = ReasonedSearch(text: text, reason: reason, since: visit.now)
            return try await visit.site.budget.draw(for: visit.principal.id) {
                if PastedDelivery.isOne(text) {
                    return try await PastedDelivery.reply(text, visit, as: Viewer.acting(principal), reason: search.reason)
                }
                if let hit = try await OrdersPage.onlyHit(text, visit, as: Viewer.acting(principal), reason: search.reason) { return .seeOther(hit) }
                return .seeOther("/orders?search=" + PercentEncoding.text(search.sealed(for: visit.viewer)))
            }
        }
    ]

    init(text: String, reason: String, since: Timestamp) {
        self.text = text
        self.reason = reason
        self.since = since
    }

    /// The search that an address holds; nil where it is somebody else's, over, or none.
    init?(_ sealed: String, for viewer: Viewer, at now: Timestamp) {
        guard let principal = viewer.revealing, sealed.utf8.count <= 4000, let bytes = [UInt8](hex: sealed),
            let box = try? AES.GCM.SealedBox(combined: bytes),
            let opened = try? AES.GCM.open(box, using: ReasonedSearch.key(viewer), authenticating: ReasonedSearch.person(principal)),
            let json = try? JSON(parsing: Array(opened)), let text = json["q"]?.text, let reason = json["reason"]?.text,
            reason == reason.printable, let since = json["at"]?.text.flatMap({ Timestamp(iso8601: $0) }), since <= now,
            now < since + ReasonedSearch.lasting
        else { return nil }
        self.init(text: text, reason: reason, since: since)
    }

    /// The search as it stands in an address.
    func sealed(for viewer: Viewer) -> String {
        guard let principal = viewer.revealing else { return "" }
        let json: JSON = ["q": .string(text), "reason": .string(reason), "at": JSON(since)]
        let box = try? AES.GCM.seal(json.bytes(), using: ReasonedSearch.key(viewer), authenticating: ReasonedSearch.person(principal))
        return box?.combined.map { Array($0).hex } ?? ""
    }

    /// Whose search it is: one browser may be several people's, one after the other.
    private static func person(_ principal: Principal) -> [UInt8] {
        let json: JSON = ["id": JSON(principal.id), "name": .string(principal.name)]
        return json.bytes()
    }

    private static func key(_ viewer: Viewer) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Array(viewer.secret.value.utf8)),
            info: Array("fairlead:search:1".utf8),
            outputByteCount: 32
        )
    }

    /// What is found, without anybody's personal data: that there is somebody is all that the reason was given for.
    func page(_ visit: Visit, paging: [(name: String, value: String)]) async throws -> JSON {
        guard let principal = visit.viewer.revealing else {
            throw ProblemDocument(404, "not_found", "Not found", "there is nothing to search for here")
        }
        var list = try await visit.site.parts.api.answer(
            .get,
            "/orders",
            query: [(name: "q", value: text)] + paging,
            reason: "Search: " + reason,
            for: Viewer.acting(principal)
        )
        let shown =
            ["id", "external_id", "connection", "account", "provider", "package", "state", "outcome", "waiting_on", "created_at", "updated_at"]
            + ["time", "expected_by", "next_attempt_at", "next_read_at", "previous", "replaced_by"]
        list["items"] = .array(
            (list["items"]?.items ?? []).map { order in
                var masked = JSON.Members()
                for name in shown { masked[name] = order[name] }
                return .object(masked)
            }
        )
        return list
    }

    static let templates = [
        "reasoned-search": #"""
        {{#asks_reason}}<section class="card stack" aria-labelledby="why-title"><header><h2 id="why-title">Search for a person?</h2></header>
        <p>Without a reason only external ids, references and our own ids are looked for. With one, names, e-mail addresses and telephone numbers are too: the search and the reason are kept in the audit. Names stay covered; each is shown on the order's page.</p>
        <form method="post" action="/orders/search" class="stack">{{>form}}
        <div class="field"><label for="why-q">Who</label><input id="why-q" name="q" value="{{asked_for}}" required autocomplete="off" spellcheck="false"></div>
        <div class="field"><label for="why-reason">Why you need it</label><input id="why-reason" name="reason" value="" required autocomplete="off"></div>
        <div class="actions"><button class="primary" type="submit">Search</button></div></form></section>{{/asks_reason}}
        {{#search_over}}<p class="said warn" role="status">That search is over, or was made by another sign-in. Search again.</p>{{/search_over}}
        """#
    ]
}
