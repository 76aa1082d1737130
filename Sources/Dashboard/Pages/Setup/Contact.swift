import Pipeline
import Screening
import Web

/// How an account or a connection stands: what it heard, what was refused, what keeps it.
enum Contact {
    /// How many open issues there are about each connection and each account, as far as the viewer sees them, and which accounts were seen to work.
    struct Known: Sendable {
        private(set) var connections: [String: Int] = [:]
        private(set) var accounts: [String: Int] = [:]
        /// Accounts whose provider took an order, or refused one.
        let answering: Set<String>

        init(_ visit: Visit) async throws {
            let placed = try await visit.site.tallies.value().counts.placed
            answering = Set(
                placed.keys.filter { OrderState(rawValue: $0.state).map { $0.isReported && $0 != .cancelled || $0 == .refused } ?? false }.map(
                    \.account
                )
            )
            var query = IssueQuery()
            query.states = [.open]
            query.at = visit.now
            if let connections = visit.principal.connections {
                query.connections = connections
                query.accountsBeside = Set(visit.site.accounts(for: visit.principal).map(\.account.id))
            }
            // The records alone: what each holds up is counted where it is shown.
            var page = PageRequest(limit: 200)
            repeat {
                let issues = try await visit.site.parts.store.issues(query, page)
                for cause in issues.items.map(\.cause) {
                    if let connection = cause.connection { connections[connection, default: 0] += 1 }
                    if let account = cause.account { accounts[account, default: 0] += 1 }
                }
                page.cursor = issues.next
            } while page.cursor != nil
        }

        /// Of a connection or an account, as the API shows it.
        func count(_ subject: JSON, isAccount: Bool) -> Int {
            let id = subject["id"]?.text ?? ""
            return (isAccount ? accounts[id] : connections[id]) ?? 0
        }

        /// What is said of a connection or an account of which nothing shows yet that it works; nil where something does.
        func untried(_ subject: JSON, isAccount: Bool) -> String? {
            guard subject["last_heard_at"].map(\.isNull) ?? true else { return nil }
            // An account may be one that is only ever read.
            guard isAccount else { return "nothing heard yet" }
            return answering.contains(subject["id"]?.text ?? "") ? nil : "not tried yet"
        }
    }

    static func text(openIssues count: Int) -> String { count == 1 ? "1 open issue" : "\(Format.number(count)) open issues" }

    /// What lists and pages say of it.
    static func row(_ subject: JSON, _ issues: Known, _ visit: Visit) -> Model {
        var row: Model = [:]
        let isAccount = subject["provider"] != nil
        let open = issues.count(subject, isAccount: isAccount)
        if open > 0 {
            row["open_issues"] =
                [
                    "issues_href": issuesAddress(subject) + "&state=open", "issues_text": text(openIssues: open),
                ] as Model
        }
        row["heard"] = visit.format.time(subject["last_heard_at"])
        if let paused = subject["paused"], !paused.isNull, !isStoppedByHost(subject) {
            var pause: Model = ["paused_by": paused["actor"]?["name"]?.text ?? paused["actor"]?["kind"]?.text ?? ""]
            pause["paused_note"] = paused["note"]?.text?.orNil
            pause["paused_at"] = visit.format.time(paused["at"])
            row["paused"] = pause
        } else if let problem = subject["problem"], !problem.isNull {
            var trouble: Model = ["trouble_text": Parts.sentence(problem["message"]?.text ?? "")]
            trouble["trouble_at"] = visit.format.time(problem["at"])
            trouble["trouble_href"] = issuesAddress(subject)
            row["trouble"] = trouble
        }
        if let refused = subject["last_refused"], !refused.isNull, let count = refused["count"]?.integer, count > 0 {
            var refusal: Model = [
                "refused_count": Format.number(Int(count)), "refused_why": why(refused["reason"]?.text),
                "refused_advice": advice(refused["reason"]?.text),
            ]
            refusal["refused_at"] = visit.format.time(refused["at"])
            row["refused"] = refusal
        }
        let isQuiet = open == 0 && row["paused"] == nil && row["trouble"] == nil && row["refused"] == nil
        let untried = issues.untried(subject, isAccount: isAccount)
        if isQuiet { row["untried"] = untried.map { ["untried_text": $0] as Model } }
        row["is_well"] = isQuiet && untried == nil
        return row
    }

    /// How it stands, as words that a list is narrowed by.
    static func stands(_ row: Model) -> Set<String> {
        var stands: Set<String> = []
        if row["trouble"] != nil || row["open_issues"] != nil { stands.insert("trouble") }
        for word in ["paused", "refused"] where row[word] != nil { stands.insert(word) }
        if row["untried"] != nil { stands.insert("unheard") }
        if row["is_well"] as? Bool == true { stands.insert("well") }
        return stands
    }

    /// The facets of how things stand, with how many there are of each; nil where there are few things.
    static func standing(_ rows: [Model], _ list: NamedList) -> Model? {
        guard rows.count > NamedList.few else { return nil }
        var counts: [String: Int] = [:]
        for word in rows.flatMap(stands) { counts[word, default: 0] += 1 }
        let words = [
            ("trouble", "needs a person"), ("paused", "paused"), ("refused", "deliveries refused"), ("unheard", "not heard or tried yet"),
            ("well", "well"),
        ].filter { counts[$0.0] != nil || list.visit.query("stands") == $0.0 }
        return list.list.facets("How it stands", "stands", words, counts: counts)
    }

    /// Those that stand as the address asks for.
    static func standing(_ rows: [Model], as word: String?) -> [Model] { word.map { word in rows.filter { stands($0).contains(word) } } ?? rows }

    /// Whether the host stopped it, as it does where the provider rejects the key: its problem says why, and resuming it would change nothing.
    static func isStoppedByHost(_ subject: JSON) -> Bool {
        subject["paused"]?["actor"]?["kind"]?.text == "system" && subject["problem"]?["message"]?.text != nil
    }

    /// Where it says what to do about it.
    private static func issuesAddress(_ subject: JSON) -> String {
        "/issues?" + FormEncoding.text([(subject["provider"] == nil ? "connection" : "account", subject["id"]?.text ?? "")])
    }

    /// A problem's code in a word or two.
    static func health(_ code: String) -> String {
        switch code {
        case "account_paused": "credentials refused"
        case "account_unreachable": "does not answer"
        case "plugin_paused": "its script fails"
        case "reload_refused": "changed settings were not taken over"
        default: code.replacing("_", with: " ")
        }
    }

    /// So many of what was refused are shown.
    private static let shownRefusals = 20

    /// What was refused of late, by minute and reason, the newest first; nil where nothing is known.
    static func refusals(_ subject: OperatingState.Subject, _ visit: Visit) async throws -> Model? {
        let refused = try await visit.site.parts.store.refused(of: subject, newest: RefusedCount.most)
        guard !refused.isEmpty else { return nil }
        var model: Model = [
            "refused_rows": refused.prefix(shownRefusals).map { refused -> Model in
                [
                    "refused_last": visit.format.time(refused.lastAt) as Any, "refused_reason": why(refused.reason),
                    "refused_times": Format.number(refused.count),
                ]
            }
        ]
        if refused.count > shownRefusals { model["refused_more"] = ["cut_text": "The newest \(shownRefusals) of \(refused.count)"] as Model }
        return model
    }

    /// Why a delivery was refused, in words.
    static func why(_ reason: String?) -> String {
        switch reason {
        case "bad_signature": "the signature or the credentials are not the right ones"
        case "unknown_address": "nothing is at the address that was called"
        case "unreadable": "the body could not be read"
        case let reason?: reason.replacing("_", with: " ")
        case nil: "for a reason that is not known"
        }
    }

    /// What to do about it.
    static func advice(_ reason: String?) -> String {
        switch reason {
        case "bad_signature":
            "Compare the secret here with the one at the sender. The command fairlead verify says which part of a captured request is wrong."
        case "unknown_address": "Compare the address that the sender calls with those on this page."
        default: "See what the sender sends."
        }
    }

    static let templates = [
        "refusals": #"""
        <section class="card list" id="refusals"><header><h2>Refused</h2><span class="soft small">by minute and reason; nothing is kept of what was sent</span></header>
        {{#refused_more}}<p class="small soft">{{cut_text}}.</p>{{/refused_more}}
        <table class="cards"><caption class="sr">Refused deliveries, newest first</caption><thead><tr><th scope="col">Last in the minute</th><th scope="col">Why</th><th scope="col" class="right">How many</th></tr></thead>
        <tbody>{{#refused_rows}}<tr><td data-label="Last in the minute" class="nowrap">{{#refused_last}}{{>moment}}{{/refused_last}}</td><td data-label="Why">{{refused_reason}}</td><td data-label="How many" class="right number">{{refused_times}}</td></tr>{{/refused_rows}}</tbody></table></section>
        """#,
        // One line of a list.
        "contact": #"""
        <span>{{#paused}}<span class="chip warn">paused</span> {{/paused}}{{#trouble}}<span class="chip bad">needs a person</span> <span class="small">{{trouble_text}}</span>{{/trouble}}{{#refused}}<span class="chip warn">{{refused_count}} refused</span>{{/refused}}{{#open_issues}} <a class="chip bad" href="{{issues_href}}">{{issues_text}}</a>{{/open_issues}}{{#untried}}<span class="chip">{{untried_text}}</span>{{/untried}}{{#is_well}}<span class="chip good">well</span>{{/is_well}}</span>
        """#,
        // What a page of one says.
        "contact-notes": #"""
        {{#paused}}<p class="said warn">Paused by {{paused_by}} {{#paused_at}}{{>time}}{{/paused_at}}: everything is taken in, nothing is sent.{{#paused_note}} “{{paused_note}}”{{/paused_note}}</p>{{/paused}}
        {{#trouble}}<p class="said bad">{{trouble_text}} <a href="{{trouble_href}}">What to do</a></p>{{/trouble}}
        {{^trouble}}{{#open_issues}}<p class="said bad">There is something to see to: <a href="{{issues_href}}">{{issues_text}}</a></p>{{/open_issues}}{{/trouble}}
        {{#refused}}<p class="said warn">{{refused_count}} deliveries were refused since one was last accepted, the last {{#refused_at}}{{>time}}{{/refused_at}}: {{refused_why}}. {{refused_advice}}</p>{{/refused}}
        """#,
    ]
}
