import Pipeline
import Screening
import Web

/// An order whose submission's answer was lost: what was sent, beside what the provider has, and the ways out.
enum ResolveDesk {
    static func model(_ facts: OrderPage.Facts, _ visit: Visit) async throws -> Model {
        let order = facts.order
        let account = visit.site.parts.registry.account(order["account"]?.text ?? "")
        let provider = account?.provider.manifest.title ?? order["provider"]?.text ?? "the provider"
        let deed = Deed(order: order, provider: provider)
        var model: Model = [
            "desk_provider": provider, "may_resolve": visit.may(.operate),
            "abandon": deed.action(
                "Give it up",
                "abandon",
                "Do nothing more about it?",
                "It ends as failed, and the ATS is told so. Where \(provider) has it after all, a webhook of it is still taken.",
                tone: "danger"
            ),
            "adopt": deed.action(
                "Adopt by reference",
                "adopt",
                "\(provider) has it: adopt that request?",
                account?.capabilities.report == true
                    ? "\(provider) is asked for the reference first: one that it does not know, or that is about somebody else, is refused. "
                        + (visit.viewer.principal.connections == nil
                            ? "" : "Where it does not say whose one is, you are asked once more. ")
                        + "Nothing is ordered."
                    : "\(provider) cannot be asked: look twice at the reference. Nothing is ordered.",
                inputs: [(name: "provider_ref", title: "\(provider)'s reference of the request", value: "")]
            ),
        ]
        model["sent_at"] = visit.format.time(facts.timeline.last { $0.kind == "submitting" }?.at)
        model["lost_at"] = visit.format.time(facts.timeline.last { $0.state == .uncertain }?.at)
        model["sent_name"] = OrderText.name(order)
        model["sent_email"] = order["candidate"]?["email"]?.text
        model["sent_phone"] = order["candidate"]?["phone"]?.text
        if let hold = try await visit.site.parts.store.state(of: .store).pause {
            model["held"] = "The store is held: \(hold.problem.message). What you decide is kept; nothing is sent before somebody lets go."
        }
        guard visit.may(.operate) else { return model }
        let found = try await found(deed, visit)
        model["found"] = found.model
        model["resubmit"] = resubmit(deed, found)
        return model
    }

    /// What is known of what the provider has.
    private struct Found {
        let model: Model
        /// The first request that agrees with the order.
        var likely: String?
        /// Whether it could not be asked.
        var isUnasked = false
        /// Whether any request is shown.
        var hasRequests = false
        /// Whether there are requests that are not shown.
        var hasMore = false
    }

    /// Sending again is the one way out that can order a second screening.
    private static func resubmit(_ deed: Deed, _ found: Found) -> Model {
        let provider = deed.provider
        let price =
            "One more screening is ordered. If \(provider) has the first after all, the candidate is asked twice and both are billed: be sure."
        func action(_ label: String, _ question: String, _ warning: String, forced isForced: Bool) -> Model {
            let hidden = isForced ? [(name: "force", value: "1")] : []
            return deed.action(label, "resubmit", question, warning + price, tone: "danger", hidden: hidden)
        }
        if found.isUnasked {
            let warning = "\(provider) could not be asked whether it has the first. Wait until it can be, or look there. "
            return action("Send again unseen", "Order without looking?", warning, forced: true)
        }
        let label = found.hasRequests ? "None of these: send again" : "Send again"
        if let likely = found.likely {
            let warning = "\(provider) has the request \(likely), which agrees with this order. Look at it there first. "
            return action(label, "Order a second screening?", warning, forced: true)
        }
        let unseen = found.hasMore ? "\(provider) has requests that no order here has and that are not shown: look there first. " : ""
        return action(label, "Send it again?", unseen, forced: false)
    }

    /// The visit with what the provider has, as far as it says so in time. A page that is left open asks nobody.
    @Sendable static func asked(_ visit: Visit) async -> Visit {
        guard !visit.request.isLiveLook, visit.may(.operate), let order = try? await visit.site.parts.store.order(visit.parameter("id")),
            order.state == .uncertain, visit.principal.sees(connection: order.connection)
        else { return visit }
        var asked = visit
        asked.listed = await listed(order.id, wait: "3", visit)
        return asked
    }

    private static func listed(_ id: String, wait: String, _ visit: Visit) async -> Result<JSON, ProblemDocument>? {
        do { return .success(try await visit.get("orders", id, "candidates", query: [(name: "wait", value: wait)])) } catch {
            return ProblemDocument(describing: error).map { .failure($0) }
        }
    }

    private static func found(_ deed: Deed, _ visit: Visit) async throws -> Found {
        let found: JSON
        do {
            let known = if let listed = visit.listed { listed } else { await listed(deed.id, wait: "0", visit) }
            found = try known?.get() ?? [:]
        } catch {
            // One that lists nothing is not asked when it is sent again either; one that is being asked will have said.
            return Found(model: ["why_not": Parts.sentence(error.detail)], isUnasked: !["unsupported", "being_asked"].contains(error.code))
        }
        let requests = found["items"]?.items ?? []
        var model: Model = [
            "requests": requests.map { row($0, deed, visit.format) }, "has_requests": !requests.isEmpty,
            "has_more": found["complete"]?.boolean == false,
        ]
        model["asked"] = visit.format.time(found["asked_at"])
        let likely = requests.first { $0["match"]?.text == Agreement.Verdict.likely.rawValue || isOfPerson($0) }?["provider_ref"]?.text
        if likely == nil, !requests.isEmpty { model["is_silent"] = true }
        return Found(model: model, likely: likely, hasRequests: !requests.isEmpty, hasMore: found["complete"]?.boolean == false)
    }

    private static func row(_ request: JSON, _ deed: Deed, _ format: Format) -> Model {
        let reference = request["provider_ref"]?.text ?? ""
        let isLikely = request["match"]?.text == Agreement.Verdict.likely.rawValue
        let (same, different) = (fields(request, .same), fields(request, .different))
        let label = isLikely ? "agrees" : isOfPerson(request) ? "older" : "not said"
        let doubt =
            isLikely
            ? ""
            : !isOfPerson(request)
                ? "\(deed.provider) does not say in its list whose it is: look at it there. "
                : "It was made before the order, by \(deed.provider)'s clock: look at it there. "
        var row: Model = [
            "found_ref": reference, "verdict": ["tone": isLikely ? "good" : "plain", "label": label] as Model,
            "adopt_it": deed.action(
                "Adopt",
                "adopt",
                "Is \(reference) this order's request?",
                "The order goes on with it. \(deed.provider) is asked for it first: where it is about somebody else, or another order has it, nothing is done. "
                    + doubt + "Nothing is ordered.",
                tone: isLikely ? "primary" : "plain",
                hidden: [(name: "provider_ref", value: reference)]
            ),
        ]
        row["agreement"] = [("same", same), ("other", different)].filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1.joined(separator: ", "))" }
            .joined(separator: "; ")
        row["made_at"] = format.time(request["created_at"])
        row["stands"] = request["state"]?.text.map { Parts.state($0) }
        return row
    }

    private static let personFields = [("reference", "order id"), ("email", "e-mail"), ("name", "name"), ("phone", "telephone")]

    /// Whether anything agrees that says whose a request is.
    private static func isOfPerson(_ request: JSON) -> Bool {
        personFields.contains { request["fields"]?[$0.0]?.text == Agreement.Field.same.rawValue }
    }

    private static func fields(_ request: JSON, _ comparison: Agreement.Field) -> [String] {
        (personFields + [("package", "package")]).filter { request["fields"]?[$0.0]?.text == comparison.rawValue }.map(\.1)
    }

    /// What every way out says along: the order as the person sees it, so that nothing is decided on a page that is out of date.
    private struct Deed {
        let id: String
        let seen: String
        let provider: String

        init(order: JSON, provider: String) {
            id = order["id"]?.text ?? ""
            seen = order["updated_at"]?.text ?? ""
            self.provider = provider
        }

        func action(
            _ label: String,
            _ name: String,
            _ question: String,
            _ what: String,
            tone: String = "plain",
            inputs: [(name: String, title: String, value: String)] = [],
            hidden: [(name: String, value: String)] = []
        ) -> Model {
            Parts.action(
                label,
                id: ([name] + hidden.map(\.value)).joined(separator: "-"),
                path: "/orders/\(id)/resolve",
                question: question,
                what: what,
                tone: tone,
                inputs: inputs,
                hidden: [(name: "action", value: name), (name: "updated_at", value: seen)] + hidden
            )
        }
    }

    static let templates = [
        "desk": #"""
        <section class="card" aria-labelledby="desk-title"><header><h2 id="desk-title">Did {{desk_provider}} get it?</h2></header>
        {{#held}}<p class="said warn">{{held}}</p>{{/held}}
        <div class="two"><div class="stack"><h3>What {{desk_provider}} has</h3>
        {{#found}}{{>desk-found}}{{/found}}
        {{^may_resolve}}<p>A request for this person, made at about the time on the right. Settling it takes the scope operate.</p>{{/may_resolve}}
        {{#may_resolve}}<div class="actions">{{#adopt}}{{>action}}{{/adopt}}{{#resubmit}}{{>action}}{{/resubmit}}{{#abandon}}{{>action}}{{/abandon}}</div>{{/may_resolve}}</div>
        <div class="stack"><h3>What we sent</h3><dl class="facts">
        {{#sent_name}}<dt>Name</dt><dd>{{sent_name}}</dd>{{/sent_name}}{{#sent_email}}<dt>E-mail</dt><dd>{{sent_email}}</dd>{{/sent_email}}{{#sent_phone}}<dt>Telephone</dt><dd>{{sent_phone}}</dd>{{/sent_phone}}
        <dt>Package</dt><dd>{{package}}</dd><dt>Account</dt><dd>{{account}}</dd><dt>Our id</dt><dd><code>{{id}}</code></dd>
        {{#sent_at}}<dt>Sent</dt><dd>{{>time}} ({{absolute}})</dd>{{/sent_at}}{{#lost_at}}<dt>Answer lost</dt><dd>{{>time}}</dd>{{/lost_at}}</dl>
        <p class="soft small">It is not sent again by itself: that could order a second screening.</p></div></div></section>
        """#,
        "desk-found": #"""
        {{#why_not}}<p>{{why_not}}</p><p class="soft small">Look there for a request for this person, made at about the time it was sent, and adopt it by its reference.</p>{{/why_not}}
        {{^why_not}}{{#has_requests}}<table class="cards"><caption class="sr">Requests at the provider that no other order has</caption><thead><tr><th scope="col">Reference</th><th scope="col">Agrees in</th><th scope="col">Stands</th><th scope="col"><span class="sr">What to do</span></th></tr></thead>
        <tbody>{{#requests}}<tr><td data-label="Reference"><span><code>{{found_ref}}</code>{{#made_at}}<br><span class="soft small">made {{>time}}</span>{{/made_at}}</span></td>
        <td data-label="Agrees in"><span>{{#verdict}}{{>state}}{{/verdict}} <span class="small">{{agreement}}</span></span></td>
        <td data-label="Stands"><span>{{#stands}}{{>state}}{{/stands}}</span></td><td>{{#adopt_it}}{{>action}}{{/adopt_it}}</td></tr>
        {{/requests}}</tbody></table>{{/has_requests}}
        {{^has_requests}}<p>{{#has_more}}{{desk_provider}} lists no request that agrees with this order. Requests that name nobody are not shown: they may be another connection's.{{/has_more}}{{^has_more}}{{desk_provider}} lists no request that may be this order's: every one is another order's, somebody else's, or more than a day older.{{/has_more}}</p>{{/has_requests}}
        {{#is_silent}}<p class="soft small">{{desk_provider}} does not say in its list whose these are. Look at them there before you adopt one.</p>{{/is_silent}}
        {{#has_more}}<p class="said warn">{{desk_provider}} has requests that no order here has and that are not shown: look there before you send again.</p>{{/has_more}}
        <p class="soft small">{{#asked}}Asked {{>time}}. {{/asked}}What other orders have is left out. What {{desk_provider}} says of people is compared and not kept.</p>{{/why_not}}
        """#,
    ]
}
