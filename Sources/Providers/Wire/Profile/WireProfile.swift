import Screening

/// How to talk to a provider, as data: the manifest's defaults, changed by an account's `wire:` block.
///
/// The providers' documents leave much open (paths, member names, the words on the wire), so nothing of the kind is compiled in. A profile is an
/// object of sections. Some describe calls, others name where things are found in answers or what texts mean:
///
/// ```yaml
/// wire:
///   create:
///     path: /v3/checks
///     body: { package: "${order.package}", person: { name: "${order.candidate.first_name} ${order.candidate.last_name}" } }
///     id: [data.request.id, id]
///   cancel: { method: DELETE, path: "/checks/${reference}" }
///   results: { path: /results, query: { id: "${reference}" }, list: [items, .] }
///   statuses: { on-hold: paused }
/// ```
///
/// - A section of the account changes the default section of that name member by member. A member's value (a body, a query, a list of selectors)
///   replaces the default's whole; `null` takes the member, or the section, away.
/// - A call has `method` (default GET), `path` (after the account's `base_url`, or a whole URL), `query`, `headers` and `body`; these are
///   templates, see ``WireTemplate``.
/// - Everything that is found in an answer is named by a selector, see ``WireSelector``.
/// - `statuses` and `outcomes` translate the provider's status texts, see ``WireVocabulary``.
struct WireProfile: Sendable {
    private let sections: JSON

    init(_ defaults: JSON, changedBy changes: JSON) {
        var sections = defaults.members ?? JSON.Members()
        for (name, change) in changes.members?.pairs ?? [] {
            if let present = sections[name]?.members, let changed = change.members {
                var section = present
                for (member, value) in changed.pairs { section[member] = value.isNull ? JSON?.none : value }
                sections[name] = .object(section)
            } else {
                sections[name] = change.isNull ? JSON?.none : change
            }
        }
        self.sections = .object(sections)
    }

    /// A section; nil where there is none.
    func section(_ name: String) -> JSON? { sections[name]?.members.map(JSON.object) }

    /// The call that a section describes; nil where the section is missing or names no path.
    func call(_ name: String) -> WireCall? { section(name).flatMap { WireCall(name: name, section: $0) } }

    /// The selectors under `section.member`; none where there are none.
    func selector(_ section: String, _ member: String) -> WireSelector { WireSelector(self.section(section)?[member]) }
}
