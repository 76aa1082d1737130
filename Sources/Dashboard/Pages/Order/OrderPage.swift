import HTTPTypes
import Pipeline
import Screening
import Web

/// `/orders/{id}`: where somebody's check is, in one sentence and two pictures, and what can be done about it.
enum OrderPage {
    static let handlers =
        [PageHandler.get("/orders/{id}", ahead: ResolveDesk.asked) { visit in .page(try await page(visit)) }] + OrderActions.handlers

    /// What the page is made of.
    struct Facts: Sendable {
        let order: JSON
        let timeline: [TimelineItem]
        /// The timeline as the API shows it.
        let record: JSON
        /// The newest runs that told the ATS of it, and the one that placed it, with their steps, oldest first.
        let runs: [JSON]
        /// Whether there are older ones.
        let hasOlderRuns: Bool
        /// The event that it came from.
        let event: JSON?
    }

    /// No more runs than this are opened: the list of runs has all.
    static let mostRuns = 12

    /// - Parameter bytes: the newest runs that take no more than this together; nil for as many as there are.
    static func facts(_ visit: Visit, mostRuns: Int = OrderPage.mostRuns, within bytes: Int? = nil) async throws -> Facts {
        let id = visit.parameter("id")
        let order = try await order(id, visit)
        let record = try await visit.get("orders", id, "timeline")["items"] ?? []
        let list = try await visit.get("runs", query: [(name: "order_id", value: id), (name: "limit", value: String(mostRuns))])
        var ids = list["items"]?.items?.compactMap { $0["id"]?.text } ?? []
        if let placing = order["caused_by"]?["run"]?.text { ids.append(placing) }
        var (runs, isCut, left) = ([JSON](), false, bytes ?? 0)
        for id in ids {
            // A run may be gone while its order is there.
            guard let run = try? await visit.get("runs", id) else { continue }
            if bytes != nil { left -= run.bytes().count }
            isCut = left < 0
            guard !isCut else { break }
            runs.append(run)
        }
        runs.reverse()
        var event: JSON?
        if let id = order["caused_by"]?["event"]?.text { event = try? await visit.get("events", id) }
        return Facts(
            order: order,
            timeline: (record.items ?? []).compactMap { TimelineItem($0) },
            record: record,
            runs: runs,
            hasOlderRuns: list["next"]?.text != nil || isCut,
            event: event
        )
    }

    /// The order as the API shows it. The script's look at a page that is left open is none by a person, and has no provider asked.
    static func order(_ id: String, _ visit: Visit) async throws -> JSON {
        guard visit.request.isLiveLook, let known = try? await visit.site.parts.store.order(id), visit.principal.sees(connection: known.connection)
        else {
            return try await visit.get("orders", id)
        }
        let same = try await visit.get(
            "orders",
            query: [(name: "connection", value: known.connection), (name: "external_id", value: known.externalID)]
        )
        if let order = same["items"]?.items?.first(where: { $0["id"]?.text == id }) { return order }
        return try await visit.get("orders", id)
    }

    /// - Parameter problem: what stood in the way of what was asked for; nil where nothing did.
    /// - Parameter revealed: what the viewer was just shown, for the reason that they gave.
    static func page(_ visit: Visit, problem: ProblemDocument? = nil, revealed: Reveal.Shown? = nil) async throws -> Page {
        let facts = try await facts(visit)
        let (order, format) = (facts.order, visit.format)
        let id = order["id"]?.text ?? ""
        let (state, external) = (order["state"]?.text ?? "", order["external_id"]?.text ?? "")
        let name = OrderText.name(order)
        let provider = visit.site.parts.registry.account(order["account"]?.text ?? "")?.provider.manifest
        let title = provider?.title ?? order["provider"]?.text ?? "the provider"
        let sentence = order["explanation"]?.text?.withoutCommands ?? ""
        var model: Model = [
            "id": id, "heading": name ?? external, "external": external, "external_query": PercentEncoding.text(external), "chip": Parts.state(state),
            "sentence": sentence, "no_checks": OrderState(rawValue: state)?.isOpen == true ? "\(title) has named none yet." : "\(title) named none.",
            "connection": order["connection"]?.text ?? "", "account": order["account"]?.text ?? "", "provider": order["provider"]?.text ?? "",
            "package": order["package"]?.text ?? "",
            "entries": facts.timeline.enumerated().suffix(mostEntries).reversed().map { index, item -> Model in
                item.model(format, provider: (order["provider"]?.text ?? "", title)).merging(["entry_id": entry(index)])
            },
            "checks": (order["checks"]?.items ?? []).map(check), "told": told(facts, format), "case": "/orders/\(id)/case",
            "actions": OrderActions.possible(order, isAdopted: try await isAdopted(id, visit), visit), "times": times(order),
        ]
        let older = facts.timeline.count - mostEntries
        if older > 0 { model["older_entries"] = ["older_count": Format.number(older)] as Model }
        let machine = StateDiagram(facts.timeline, now: state)
        model["machine"] = ["picture": machine.svg, "visits": machine.visits.suffix(StateDiagram.mostShown).map { $0.model(format) }] as Model
        let lanes = Lanes(facts, now: visit.now)
        model["lanes"] = ["picture": lanes.svg, "arrows": lanes.arrows.map { $0.model(format) }] as Model
        if OrderText.time(order).contains(where: { $0.milliseconds > 0 }) { model["bar"] = ["picture": TimeBar(OrderText.time(order)).svg] as Model }
        model["outcome"] = order["outcome"]?.text.map { Parts.state($0) }
        model["waits_for"] = Parts.party(order["waiting_on"]?.text)
        model["has_older"] = facts.hasOlderRuns
        model["sent"] = sent(facts)
        model["made"] = format.time(order["created_at"])
        model["changed"] = format.time(order["updated_at"])
        model["reference"] = order["provider_ref"]?.text
        // A link that a provider gave is followed only where it is one.
        model["report"] = order["report_url"]?.text.flatMap { $0.hasPrefix("https://") || $0.hasPrefix("http://") ? $0 : nil }
        model["email"] = order["candidate"]?["email"]?.text
        model["phone"] = order["candidate"]?["phone"]?.text
        model["trouble"] = order["problem"].flatMap { problem in
            // What the sentence says already, and what the desk below is about, is not said twice.
            problem.isNull || state == OrderState.uncertain.rawValue || sentence.contains(problem["message"]?.text ?? "")
                ? nil : ["code": problem["code"]?.text ?? "", "message": problem["message"]?.text ?? ""] as Model
        }
        model["previous"] = order["previous"]?.text
        model["replaced_by"] = order["replaced_by"]?.text
        model["from_event"] = order["caused_by"]?["event"]?.text
        model["from_run"] = order["caused_by"]?["run"]?.text
        if let expected = order["expected_by"], let from = Format.timestamp(expected["from"]), let to = Format.timestamp(expected["to"]) {
            model["expected"] = "\(Format.short(from)) – \(Format.short(to)) UTC"
        }
        model["is_withheld"] = order["withheld"]?.items?.isEmpty == false
        if state == OrderState.uncertain.rawValue { model["desk"] = try await ResolveDesk.model(facts, visit) }
        if visit.viewer.revealing != nil {
            model["is_withheld"] = false
            model["covered"] = Reveal.Field.allCases.filter { $0 != revealed?.field }.map { ["title": $0.title, "action": $0.action(id)] as Model }
        }
        model["revealed"] = revealed.map { ["title": $0.field.title, "value": $0.value] as Model }
        if visit.may(.readPersonal) || visit.viewer.revealing != nil { model["looks"] = try await Looks.model(of: id, visit) }
        if ErasePage.isFor(visit) { model["person"] = ["person_href": "/orders/\(id)/person"] as Model }
        if let problem { model["forced"] = OrderActions.forced(problem, visit) }
        model["done"] = OrderActions.said(visit.query("done"))
        if let problem { model["refused"] = problem.detail.prefix(1).uppercased() + problem.detail.dropFirst() }
        return Page(name ?? external, .orders, status: problem?.status ?? 200, isLive: revealed == nil, content: visit.render("order", model))
    }

    /// So many of the newest entries of what happened are shown.
    private static let mostEntries = 300

    private static func entry(_ index: Int) -> String { "happened-\(index)" }

    /// Where an entry of what happened stands on the page; nil where it is among the older ones.
    static func anchor(_ index: Int, _ facts: Facts) -> String? { facts.timeline.count - index > mostEntries ? nil : "#" + entry(index) }

    /// Whether a person said which request is the order's: that can be taken back.
    private static func isAdopted(_ id: String, _ visit: Visit) async throws -> Bool {
        guard visit.may(.operate) else { return false }
        return try await visit.site.parts.store.order(id)?.record.isAdopted ?? false
    }

    /// How often it was sent, for who asks whether it was ordered twice; nil where the timeline does not say.
    private static func sent(_ facts: Facts) -> String? {
        let attempts = facts.timeline.filter { $0.kind == "submitting" }.count
        if facts.order["state"]?.text == OrderState.accepted.rawValue {
            guard attempts > 0 else { return "not yet" }
            return "tried \(attempts == 1 ? "once" : "\(attempts) times"), and not again yet"
        }
        if attempts == 0 { return nil }
        return attempts == 1
            ? "once" : "\(attempts) times, each only once it was known that the one before had ordered nothing, or by a person's word"
    }

    private static func check(_ check: JSON) -> Model {
        let status = check["status"]?.text ?? ""
        return ["title": check["name"]?.text ?? check["type"]?.text ?? "check", "kind": check["type"]?.text ?? "", "said": Parts.state(status)]
    }

    private static func times(_ order: JSON) -> [Model] {
        let times = OrderText.time(order)
        guard times.contains(where: { $0.milliseconds > 0 }) else { return [] }
        return times.map { ["party": Parts.party($0.party) as Any, "span": $0.milliseconds == 0 ? "–" : Format.span($0.milliseconds)] }
    }

    /// What the ATS was told, and what it said to that.
    private static func told(_ facts: Facts, _ format: Format) -> [Model] {
        // Which change it is that a run tells of stands with the change; that it was told comes after it.
        let changes = facts.timeline.filter { $0.kind == "update" }.compactMap { item in item.details["run"]?.text.map { ($0, item.text) } }
        let changed = Dictionary(changes) { first, _ in first }
        return facts.runs.reversed().filter { $0["hook"]?.text == "on_update" }.map { run in
            let answers = (run["steps"]?.items ?? []).compactMap { ScriptCall($0) }.map { call -> Model in
                var model: Model = ["call": call.words, "number": String(call.number), "is_failed": call.failed]
                model["url"] = call.url
                return model
            }
            var model: Model = [
                "run": run["id"]?.text ?? "", "said": Parts.state(run["state"]?.text ?? ""), "why": run["explanation"]?.text?.withoutCommands ?? "",
                "answers": answers,
            ]
            model["change"] = run["id"]?.text.flatMap { changed[$0] }?.replacing("_", with: " ")
            model["when"] = format.time(run["ended_at"]) ?? format.time(run["created_at"])
            return model
        }
    }
}
