import Pipeline
import Screening

/// What the events of a page are about: their last runs, their orders, and which names of theirs are those of orders.
struct EventSubjects: Sendable {
    /// The last run of each event, by event.
    private let runs: [String: RunSummary]
    /// Those of webhooks, answers and commands, which have no run, by id.
    private let orders: [String: Order]
    private let named: NamedOrders
    private let explainer: Explainer

    init(of events: [EventSummary], for principal: Principal, in store: any RunStore & OrderStore, _ explainer: Explainer) async throws {
        self.explainer = explainer
        let last = try await store.runs(events.compactMap(\.runs.last))
        let runs = Dictionary(last.compactMap { run in run.event.map { ($0, run) } }) { $1 }
        let found = try await store.orders(Set(events.compactMap(\.order)).sorted())
        let orders = Dictionary(found.map { ($0.id, $0) }) { $1 }
        self.runs = runs
        self.orders = orders
        named = try await NamedOrders(events.map { ($0.connection, EventSubjects.name(of: $0, runs, orders)) }, for: principal, in: store)
    }

    /// What an event is about: what its last run named first, else its order, else its group.
    private static func name(of event: EventSummary, _ runs: [String: RunSummary], _ orders: [String: Order]) -> String? {
        runs[event.id]?.externalID ?? event.order.flatMap { orders[$0]?.externalID } ?? event.group?.value
    }

    /// The event as lists show it.
    func view(_ event: EventSummary, _ principal: Principal) -> JSON { view(event, principal, event.view(principal)) }

    /// A view of the event with what it was about, and why its last run ended as it did.
    func view(_ event: EventSummary, _ principal: Principal, _ view: JSON) -> JSON {
        var view = view
        let (run, name) = (runs[event.id], EventSubjects.name(of: event, runs, orders))
        if name == nil || principal.seesPersonal || named.has(name, on: event.connection) {
            view["external_id"] = JSON(name)
        } else {
            view.mark("external_id")
        }
        if principal.seesPersonal { view["reason"] = JSON(run?.reason) } else if run?.reason != nil { view.mark("reason") }
        view["explanation"] = .string(explainer.explanation(of: event, lastRun: run, showsPersonal: principal.seesPersonal))
        if let order = event.order.flatMap({ orders[$0] }) { view["provider_ref"] = JSON(order.providerRef) }
        return view
    }
}
