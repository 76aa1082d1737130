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

    /// What a delivery may be, and whether it is there.
    struct Found: Sendable {
        var hits: [Hit]
        /// Whether the delivery was received; nil where more events would have to be compared than one request may read, some of them cannot be read here for
        /// want of a key, or more of what its body names would have to be looked up.
        var isReceived: Bool?
        var leftOut = LeftOut()
    }

    /// How much of what a body names was not looked up.
    struct LeftOut: Sendable, Equatable {
        var identifiers = 0
        var addresses = 0

        var isEmpty: Bool { identifiers == 0 && addresses == 0 }

        static let schema = JSON.object(always: ["identifiers": .wholeNumber, "addresses": .wholeNumber])
    }

    /// Some of what a body names, and how much more there is.
    struct Named: Sendable, Equatable {
        var taken: [String] = []
        var leftOut = 0

        fileprivate mutating func add(_ text: String, most: Int, _ seen: inout Set<String>) {
            guard seen.insert(text).inserted else { return }
            if taken.count < most { taken.append(text) } else { leftOut += 1 }
        }
    }

    /// So many identifiers and addresses of a body are looked up: each is a search.
    private static let mostIdentifiers = 12
    private static let mostAddresses = 5

    /// How many events a request looks at: each is decrypted whole.
    private static let lookedAt = 50
    /// Of the events that led to nothing, so many of the newest are gone through, a page at a time.
    private static let pagesOfUnnamed = 3
    /// Bodies up to this size are compared as JSON, too: what is pasted was often laid out anew.
    private static let mostParsed = 256 << 10

    /// Where a delivery was received: by what makes it a duplicate on the connections whose rule would take it, else among what is about the same. Where it
    /// itself is not found, what is about the same is `related`.
    func find(_ delivery: Delivery) async throws -> Found {
        var related: [String: Hit] = [:]
        var found: [String: Hit] = [:]
        var compared: Set<String> = []
        var room = Finder.lookedAt
        var isCut = false
        var leftOut = LeftOut()
        let given = delivery.body.count <= Finder.mostParsed ? try? JSON(received: delivery.body) : nil
        // Of JSON that was cut off nothing is known but its bytes.
        if given == nil, delivery.body.count <= Finder.mostParsed, let first = delivery.body.first(where: { $0 > UInt8(ascii: " ") }),
            "{[".utf8.contains(first)
        {
            isCut = true
        }
        func isSame(_ id: String) async throws -> Bool {
            guard let body = try await store.event(id)?.request.value.body else { return false }
            if body == delivery.body { return true }
            guard max(body.count, delivery.body.count) <= Finder.mostParsed else {
                // It may be the same JSON, laid out anew: who pastes it loses its line breaks.
                isCut = true
                return false
            }
            guard let given, let received = try? JSON(received: body) else { return false }
            return received == given
        }
        func look(_ query: EventQuery, _ limit: Int, among wanted: Int = Finder.most, isRelated: Bool) async throws {
            try Task.checkCancellation()
            guard limit > 0, room > 0 else { return isCut = true }
            let page = try await store.events(query, PageRequest(limit: min(limit, wanted, room)))
            // What cannot be read here may be it.
            if page.next != nil || !page.unread.isEmpty { isCut = true }
            room -= page.items.count
            for event in page.items where found[event.id] == nil && principal.sees(connection: event.connection) {
                if delivery.mayBe(event), compared.insert(event.id).inserted {
                    try Task.checkCancellation()
                    if try await isSame(event.id) {
                        found[event.id] = hit(event, "delivery")
                        related[event.id] = nil
                        continue
                    }
                }
                if isRelated { related[event.id] = hit(event, "related") }
            }
        }
        // What is done and led to nothing has no name to be found by.
        func lookAtUnnamed() async throws {
            var page = PageRequest(limit: 200)
            for _ in 0..<Finder.pagesOfUnnamed {
                try Task.checkCancellation()
                let list = try await store.events(events { $0.states = [.done] }, page)
                if !list.unread.isEmpty { isCut = true }
                for event in list.items where event.group == nil && event.order == nil && event.orders.isEmpty && delivery.mayBe(event) {
                    guard room > 0 else { return isCut = true }
                    guard principal.sees(connection: event.connection), compared.insert(event.id).inserted else { continue }
                    room -= 1
                    if try await isSame(event.id) { found[event.id] = hit(event, "delivery") }
                }
                guard let next = list.next else { return }
                page.cursor = next
            }
            isCut = true
        }
        let readings = delivery.account == nil ? try self.readings(of: delivery) : []
        for (connection, reading) in readings {
            for key in reading.keys {
                try Task.checkCancellation()
                for id in try await store.events(receivedAs: key, on: connection) where found[id] == nil {
                    guard room > 0 else {
                        isCut = true
                        break
                    }
                    room -= 1
                    do {
                        if let event = try await store.event(id) { found[id] = hit(event.summary, "delivery") }
                    } catch StoreError.keyMissing { isCut = true }
                }
            }
        }
        for (connection, reading) in readings {
            for group in reading.groups {
                // Half is left for what else the body names: elsewhere other customers' groups may have the same name.
                let query = events { ($0.externalID, $0.connections) = (group, [connection]) }
                try await look(query, room - Finder.lookedAt / 2, isRelated: true)
            }
        }
        if found.isEmpty {
            let (orders, areMore, identifiers) = try await named(in: delivery)
            if areMore { isCut = true }
            leftOut.identifiers = identifiers
            for order in orders {
                let query = events { $0.text = Personal(order.id) }
                try await look(query, max(1, Finder.lookedAt / orders.count), among: 100, isRelated: false)
                related[order.id] = hit(order, "related")
            }
            let addresses = Finder.addresses(in: delivery.body)
            leftOut.addresses = addresses.leftOut
            for address in addresses.taken where found.isEmpty {
                try await look(events { $0.text = Personal(address) }, Finder.most, isRelated: true)
            }
        }
        if found.isEmpty {
            // What nobody has worked on, or what a script erred at, is about nobody yet; and so is what a script made nothing of.
            try await look(events { $0.states = [.received, .working, .dead] }, room, among: .max, isRelated: false)
            try await lookAtUnnamed()
        }
        let hits = found.isEmpty ? related : found
        return Found(
            hits: Array(hits.values.sorted { $0.id > $1.id }.prefix(Finder.most)),
            isReceived: found.isEmpty ? (isCut || !leftOut.isEmpty ? nil : false) : true,
            leftOut: found.isEmpty ? leftOut : LeftOut()
        )
    }

    /// What a delivery says by the rules of one plugin.
    private struct Reading {
        let rules: [InboundRule]
        var keys: [DedupeKey] = []
        var groups: [String] = []
    }

    /// What a delivery says on each connection that may have received it. Its body, which may be large, is read once for each format, and hashed once for
    /// each rule of a plugin, however many connections have that plugin.
    private func readings(of delivery: Delivery) throws -> [(connection: String, reading: Reading)] {
        var bodies: [BodyFormat: ReadRequest] = [:]
        var readings: [Reading] = []
        var found: [(connection: String, reading: Reading)] = []
        for connection in registry.connections
        where principal.sees(connection: connection.id) && delivery.connection ?? connection.id == connection.id {
            let rules = connection.plugin.manifest.inbound
            if let known = readings.first(where: { $0.rules == rules }) {
                found.append((connection.id, known))
                continue
            }
            var reading = Reading(rules: rules)
            for (rule, path) in delivery.rules(among: rules) {
                try Task.checkCancellation()
                let body = bodies[rule.body] ?? ReadRequest(delivery.request, as: rule.body)
                bodies[rule.body] = body
                let read = body.at(path: path)
                if let key = rule.dedupe.key(for: read, under: rule.verification) { reading.keys.append(key) }
                if let group = rule.group.lazy.compactMap({ $0.text(in: read) }).first, !reading.groups.contains(group) {
                    reading.groups.append(group)
                }
            }
            readings.append(reading)
            found.append((connection.id, reading))
        }
        return found
    }

    /// The orders that a provider's webhook may be about: those whose references stand in its body as somebody's id; whether there are more, and how many
    /// identifiers were not looked up.
    private func named(in delivery: Delivery) async throws -> (orders: [Order], areMore: Bool, leftOut: Int) {
        guard let body = try? JSON(received: delivery.body) else { return ([], false, 0) }
        var orders: [String: Order] = [:]
        var areMore = false
        let identifiers = Finder.identifiers(in: body)
        for text in identifiers.taken {
            try Task.checkCancellation()
            for query in [self.orders { $0.providerRef = text }, self.orders { $0.externalID = text }] {
                let page = try await store.orders(query, PageRequest(limit: 5))
                if page.next != nil || !page.unread.isEmpty { areMore = true }
                for order in page.items { orders[order.id] = order }
            }
        }
        let newest = orders.values.sorted { $0.id > $1.id }.prefix(Finder.most)
        return (Array(newest), areMore || newest.count < orders.count, identifiers.leftOut)
    }

    /// Values whose names say that they identify something, from the outside in, at most twelve. Longer ones than an external id may be identify nothing here.
    static func identifiers(in body: JSON) -> Named {
        var found = Named()
        var seen: Set<String> = []
        var level = [body]
        while !level.isEmpty {
            var next: [JSON] = []
            for value in level {
                for (name, member) in value.members?.pairs ?? [] {
                    let plain = name.lowercased()
                    if plain.hasSuffix("id") || plain.contains("reference") || plain.hasSuffix("ref"), let text = member.identifier,
                        text.utf8.count <= 200
                    {
                        found.add(text, most: mostIdentifiers, &seen)
                    }
                    if member.members != nil || member.items != nil { next.append(member) }
                }
                next += value.items ?? []
            }
            level = next
        }
        return found
    }

    /// The e-mail addresses in a body, at most five. Looks at few bytes around each `@`, for the body is anybody's.
    static func addresses(in body: [UInt8]) -> Named {
        func isWord(_ byte: UInt8) -> Bool { byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") }
        func isLocal(_ byte: UInt8) -> Bool { isWord(byte) || "_%+".utf8.contains(byte) }
        var found = Named()
        var seen: Set<String> = []
        for at in body.indices where body[at] == UInt8(ascii: "@") {
            let start = body[..<at].suffix(64).reversed().prefix(while: isLocal).count
            let domain = body[(at + 1)...].prefix(190).prefix(while: isWord)
            guard start > 0, let length = Finder.domain(in: domain) else { continue }
            found.add(String(decoding: body[(at - start)...(at + length)], as: UTF8.self).lowercased(), most: mostAddresses, &seen)
        }
        return found
    }

    /// How long the domain is that some bytes begin with: to the last dot behind which 2 to 24 letters stand. Nil where there is none.
    private static func domain(in bytes: ArraySlice<UInt8>) -> Int? {
        var end = bytes.endIndex
        while let dot = bytes[..<end].lastIndex(of: UInt8(ascii: ".")), dot > bytes.startIndex {
            let letters = bytes[(dot + 1)...].prefix(24).prefix { $0.isASCIILetter }.count
            if letters >= 2 { return dot + 1 + letters - bytes.startIndex }
            end = dot
        }
        return nil
    }
}

extension Finder.Delivery {
    /// As it would have been received.
    fileprivate var request: ReceivedRequest { ReceivedRequest(method: method, path: path ?? "", query: query, headers: headers, body: body) }

    /// The rules that it may have come under, with its path there.
    fileprivate func rules(among rules: [InboundRule]) -> [(InboundRule, String)] {
        if let path { return rules.first(for: path).map { [($0, path)] } ?? [] }
        return rules.filter { !$0.path.hasSuffix("*") }.map { ($0, $0.path) }
    }

    /// Whether an event can be this delivery, by what is known without reading it whole.
    fileprivate func mayBe(_ event: EventSummary) -> Bool {
        guard event.kind == .ats || event.kind == .webhook else { return false }
        return account ?? event.account == event.account && connection ?? event.connection == event.connection
    }
}
