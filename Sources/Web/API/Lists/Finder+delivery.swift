import Foundation
import Pipeline
import Plugins
import Screening

extension Finder {
    /// A request as somebody captured it; what is not known is nil.
    struct Delivery: Sendable {
        var method = "POST"
        /// The path behind the connection.
        var path: String?
        var connection: String?
        var account: String?
        var query: [String: String] = [:]
        var headers: [String: String] = [:]
        var body: [UInt8]
    }

    /// Where a delivery was received: by what makes it a duplicate on the connections whose rule would take it, else among what is about the same. Where it
    /// itself is not found, what is about the same is `related`.
    func find(_ delivery: Delivery) async throws -> [Hit] {
        var related: [String: Hit] = [:]
        var found: [String: Hit] = [:]
        func look(_ events: [EventSummary], isRelated: Bool) async throws {
            for event in events where found[event.id] == nil && related[event.id] == nil && principal.sees(connection: event.connection) {
                if try await store.event(event.id)?.request.value.body == delivery.body {
                    found[event.id] = hit(event, "delivery")
                } else if isRelated {
                    related[event.id] = hit(event, "related")
                }
            }
        }
        if delivery.account == nil {
            for connection in registry.connections
            where principal.sees(connection: connection.id) && delivery.connection ?? connection.id == connection.id {
                for (rule, path) in rules(of: connection, delivery) {
                    let request = ReceivedRequest(
                        method: delivery.method,
                        path: path,
                        query: delivery.query,
                        headers: delivery.headers,
                        body: delivery.body
                    )
                    let read = ReadRequest(request, as: rule.body)
                    if let key = rule.dedupe.key(for: read, under: rule.verification) {
                        for id in try await store.events(receivedAs: key, on: connection.id) {
                            if let event = try await store.event(id) { found[id] = hit(event.summary, "delivery") }
                        }
                    }
                    for group in rule.group.compactMap({ $0.text(in: read) }).prefix(1) {
                        let query = events { ($0.externalID, $0.connections) = (group, [connection.id]) }
                        try await look(store.events(query, PageRequest(limit: Finder.most)).items, isRelated: true)
                    }
                }
            }
        }
        if found.isEmpty {
            for order in try await named(in: delivery) {
                let query = events { $0.text = Personal(order.id) }
                try await look(store.events(query, PageRequest(limit: 100)).items, isRelated: false)
                related[order.id] = hit(order, "related")
            }
            for address in Finder.addresses(in: delivery.body) where found.isEmpty {
                try await look(store.events(events { $0.text = Personal(address) }, PageRequest(limit: Finder.most)).items, isRelated: true)
            }
        }
        let hits = found.isEmpty ? related : found
        return Array(hits.values.sorted { $0.id > $1.id }.prefix(Finder.most))
    }

    private func rules(of connection: Connection, _ delivery: Delivery) -> [(InboundRule, String)] {
        let rules = connection.plugin.manifest.inbound
        if let path = delivery.path { return rules.first(for: path).map { [($0, path)] } ?? [] }
        return rules.filter { !$0.path.hasSuffix("*") }.map { ($0, $0.path) }
    }

    /// The orders that a provider's webhook may be about: those whose references stand in its body as somebody's id.
    private func named(in delivery: Delivery) async throws -> [Order] {
        guard let body = try? JSON(received: delivery.body) else { return [] }
        var orders: [String: Order] = [:]
        for text in Finder.identifiers(in: body).prefix(12) {
            for query in [self.orders { $0.providerRef = text }, self.orders { $0.externalID = text }] {
                for order in try await store.orders(query, PageRequest(limit: 5)).items { orders[order.id] = order }
            }
        }
        return orders.values.sorted { $0.id > $1.id }
    }

    /// Values whose names say that they identify something, from the outside in.
    static func identifiers(in body: JSON) -> [String] {
        var found: [String] = []
        var level = [body]
        for _ in 0..<5 {
            var next: [JSON] = []
            for value in level {
                for (name, member) in value.members?.pairs ?? [] {
                    let plain = name.lowercased()
                    if plain.hasSuffix("id") || plain.contains("reference") || plain.hasSuffix("ref"), let text = member.identifier,
                        text.utf8.count <= 200,
                        !found.contains(text)
                    {
                        found.append(text)
                    }
                    next.append(member)
                }
                next += value.items ?? []
            }
            level = Array(next.prefix(200))
        }
        return found
    }

    /// The e-mail addresses in a body, at most five.
    static func addresses(in body: [UInt8]) -> [String] {
        var found: [String] = []
        let text = String(decoding: body.prefix(1 << 20), as: UTF8.self)
        for match in text.matches(of: /[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,190}\.[A-Za-z]{2,24}/) {
            let address = String(match.output).lowercased()
            if !found.contains(address) { found.append(address) }
            if found.count == 5 { break }
        }
        return found
    }
}
