import Screening

/// Looks through a provider's list for the request that a lost answer may have created.
///
/// Only accounts that configure what to look for have it, because no provider documents that its list contains our reference:
///
/// ```yaml
/// find: { by: candidate.email }                                                  # compared with the order's e-mail
/// find: { by: reference, value: "${order.id}" }
/// find: { match: { candidate.email: "${order.candidate.email}", packageId: "${order.package}" } }
/// ```
///
/// Text is compared without case. Where an item says when it was made (`created`), one from before the order is probably another request; the time is read by
/// the provider's own clock, where it says how that stands. It is not surely another: no clock that is wrong makes somebody be ordered twice.
struct WireFinder: Sendable {
    /// A minute for clocks that disagree.
    static let tolerance = Duration.seconds(-60)

    /// Where an item says when it was made, unless the section names it.
    static let created: JSON = ["createdAt", "created_at"]

    /// What is looked through.
    let call: WireCall
    private let match: [(path: String, template: JSON)]

    /// The finder that a profile's `find` describes, over the list that `results` reads unless it names its own; nil where there is none.
    init?(_ profile: WireProfile) {
        guard let find = profile.section("find") else { return nil }
        var section = profile.section("results") ?? [:]
        section["query"] = nil
        for (name, value) in find.members?.pairs ?? [] { section[name] = value }
        guard let call = WireCall(name: "find", section: section) else { return nil }
        if let members = find["match"]?.members, !members.pairs.isEmpty {
            match = members.pairs.map { ($0.name, $0.value) }
        } else if let path = find["by"]?.text {
            match = [(path, find["value"] ?? "${order.candidate.email}")]
        } else {
            return nil
        }
        self.call = call
    }

    /// The one request that matches, or of several the one that carries the order's own reference; nil where none does, whenever it was made.
    /// - Throws: ``ProviderError`` `unreadable` where several match, or only what seems older than the order (``ProviderError/matches``): taking one of them
    ///   would be a guess.
    func find(
        _ order: Order,
        _ exchange: WireExchange,
        _ scope: WireScope,
        isOwn: (JSON) -> Bool,
        send: (WireCall, WireScope) async throws -> WireResponse
    ) async throws -> (reference: String, item: JSON)? {
        let scope = scope.with(order)
        let wanted = match.map { ($0.path, WireTemplate.fill($0.template, from: scope).flatMap(Self.comparable)) }
        guard wanted.allSatisfy({ $0.1 != nil }) else { throw exchange.unreadable(call, "the order lacks a value to look by") }
        let response = try await send(call, scope)
        guard let items = call.selector("list").list(in: try exchange.json(response, of: call)) else {
            throw exchange.unreadable(call, "it holds no list", response.status)
        }
        let earliest = order.createdAt + Self.tolerance
        let created = WireSelector(call.section["created"] ?? Self.created)
        let clock = ProviderClock(response, now: exchange.session.clock.now())
        let matching = items.filter { item in wanted.allSatisfy { path, value in item.at(path).flatMap(Self.comparable) == value } }
        var found = matching.filter { item in
            // What carries the order's own reference is the order's, whatever a clock says.
            if isOwn(item) { return true }
            guard let timestamp = created.text(in: item).flatMap({ Timestamp(iso8601: $0) }) else { return true }
            return clock.ours(timestamp) >= earliest
        }
        func references(_ items: [JSON]) -> Set<String> { Set(items.compactMap { call.selector("id").identifier(in: $0) }) }
        if found.isEmpty, !matching.isEmpty {
            var error = exchange.unreadable(call, "what matches says that it was made before the order", response.status)
            error.matches = references(matching).sorted()
            throw error
        }
        if references(found).count > 1, found.contains(where: isOwn) { found.removeAll { !isOwn($0) } }
        let names = references(found)
        guard names.count <= 1, found.isEmpty || !names.isEmpty else {
            throw exchange.unreadable(call, names.isEmpty ? "the match has no id" : "several requests match", response.status)
        }
        guard let name = names.first, let item = found.first else { return nil }
        return (name, item)
    }

    private static func comparable(_ value: JSON) -> String? { value.identifier?.trimmed.lowercased() }
}
