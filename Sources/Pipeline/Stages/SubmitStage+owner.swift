import Screening

// Whose a request is that was found at a provider.
//
// The invariant: no request is adopted by itself that another order may have made.
//
// An order may have made a request which no order has where it is being sent, where nobody knows whether it was, or where it may have been sent before a
// restore; and for good where a person gave it up or had it sent again while nobody knew. It stands so on disk before its request leaves, and until it has a
// reference of its own. So whoever looks for such orders after the provider's
// answer sees every one that may have made what the answer names: it is there still, or it has the request by now. Whichever of both it is when the
// adoption is written, the store gives one reference to one order.
//
// Two lost orders of one person see each other: neither adopts. They wait for as long as an answer may still be on its way, counted from when each was
// sent, which waiting does not change; then each is left to a person, with the other named. So nobody waits for ever, and a crash in between loses nothing:
// all that is decided by stands at the provider or in the orders.
//
// After a restore the provider may have requests of orders that are in no store any more, of the same person too. What is found then is adopted only where it
// shows that it is of this application: it carries our own reference or the external id, or is of the same package, and nothing contradicts.
extension SubmitStage {
    enum Owner {
        /// It is the order's: it says so, or no other can have made it.
        case order
        /// Another order has it, or it says that it is somebody else's.
        case another
        /// Another order may have made it, whose answer may still be on its way: it is known by then, or looked for again.
        case open(until: Timestamp)
        /// These orders may have made it as well, and nothing tells.
        case contested(by: [String])
        /// An order that a restore lost may have made it, for another application of the same person: that says why nothing shows that it is this one's.
        case unproven(String)
    }

    /// How soon what others may have made is looked for again.
    private static let nextLook = Duration.seconds(15)

    /// Whose a request is that was found for an order. Asked after the provider has answered, and never before.
    /// - Parameter isPatient: whether others are waited for at all.
    func owner(of found: Submission, foundFor order: Order, at account: ProviderAccount, isPatient: Bool) async throws -> Owner {
        let named = found.subject?.reference
        let isOwn = account.findsByOwnReference || [order.id, order.submissionKey].contains(named)
        if !isOwn {
            if let named, named.hasPrefix("ord_"), try await accounts.store.order(named) != nil { return .another }
            let request = ListedRequest(reference: found.reference, report: found.report, subject: found.subject)
            if Agreement(request, order, others: []).email == .different { return .another }
            let rivals = try await rivals(of: order, for: request, at: account)
            let now = environment.clock.now()
            if let last = rivals.compactMap(\.until).max(), isPatient, now < last { return .open(until: min(last, now + Self.nextLook)) }
            if !rivals.isEmpty { return .contested(by: rivals.map(\.order)) }
            if let restore = try await accounts.gaps.restore(concerning: order),
                let doubt = Doubt(request, order, at: account, isSame: restore.hadIt(order)),
                try await accounts.isFree(found.reference, for: order)
            {
                return .unproven(doubt.text(request, order))
            }
        }
        return try await accounts.isFree(found.reference, for: order) ? .order : .another
    }

    /// The other orders of the account that may have made a request, and until when each may still hear so itself; nil where it will not.
    private func rivals(
        of order: Order,
        for request: ListedRequest,
        at account: ProviderAccount
    ) async throws -> [(order: String, until: Timestamp?)] {
        let restoredAt = try await accounts.gaps.restores().first?.restoredAt
        var rivals: [(order: String, until: Timestamp?)] = []
        for other in try await accounts.unsettled(like: order) where other.mayBe(request, foundFor: order, at: account) {
            if other.hasLostRequest {
                rivals.append((other.id, nil))
                continue
            }
            guard other.providerRef == nil else { continue }
            switch other.state {
            case .submitting: rivals.append((other.id, (other.record.sentAt ?? other.updatedAt) + AccountService.onItsWay))
            case .uncertain: rivals.append((other.id, nil))
            case .accepted:
                // It is looked for itself before it is sent.
                guard try await accounts.gaps.restore(concerning: other) != nil else { continue }
                rivals.append((other.id, max(other.createdAt, restoredAt ?? other.createdAt) + AccountService.onItsWay))
            default: continue
            }
        }
        return rivals
    }

    /// An order's submission waits for what another order hears.
    func waitsForOthers(until: Timestamp) -> StageResult { .decided(Decision(.again(at: until, spent: false))) }
}

/// Why nothing shows that a request which a restored store's provider has is of an order's own application.
private enum Doubt {
    /// It has another name of ours than the order.
    case reference
    /// It says something of the person or the package that the order does not.
    case fields([String])
    /// It does not say for what it was ordered, and nothing else tells one application of a person from another.
    case silent

    /// Nil where it is shown.
    /// - Parameter isSame: whether it would be this very order that was sent, rather than one that was made of the same delivery and is lost.
    init?(_ request: ListedRequest, _ order: Order, at account: ProviderAccount, isSame: Bool) {
        let agreement = Agreement(request, order, others: [])
        let named = request.subject?.reference
        if named == order.externalID || account.finds(by: ["order.external_id"]) { return nil }
        // What an order is called that is lost cannot be known; what this one was called is.
        if let named, isSame || !named.hasPrefix("ord_") {
            self = .reference
            return
        }
        let different = [("email", agreement.email), ("name", agreement.name), ("phone", agreement.phone), ("package", agreement.package)]
            .filter { $0.1 == .different }
        if !different.isEmpty {
            self = .fields(different.map(\.0))
        } else if agreement.package == .same || account.finds(by: ["order.package"]) {
            return nil
        } else {
            self = .silent
        }
    }

    func text(_ request: ListedRequest, _ order: Order) -> String {
        let why =
            switch self {
            case .reference: "it has another reference than \(order.id) or the application's external id"
            case .fields(let fields): "its \(fields.joined(separator: " and ")) \(fields.count == 1 ? "is" : "are") not this order's"
            case .silent: "nothing says for which package or application it was ordered"
            }
        return "\(request.reference) there may be of another application of the same person, which this store lost: \(why)"
    }
}

extension AccountService {
    /// The other orders of the account, of somebody with the same e-mail address, telephone number or name, of which nobody knows yet what became of them.
    /// - Throws: ``StoreError/keyMissing(_:)`` where one of such a person cannot be read here: what it may have made is decided where it can.
    fileprivate func unsettled(like order: Order) async throws -> [Order] {
        let candidate = order.candidate
        var query = OrderQuery()
        query.account = order.account
        let unsettled: Set<OrderState> = [.accepted, .submitting, .uncertain]
        var found: [String: Order] = [:]
        func look(by text: String) async throws {
            guard !text.trimmed.isEmpty else { return }
            query.text = Personal(text)
            var page = PageRequest(limit: 200)
            repeat {
                let orders = try await store.orders(query, page)
                for other in try orders.whole() where other.id != order.id && (unsettled.contains(other.state) || other.hasLostRequest) {
                    found[other.id] = other
                }
                page.cursor = orders.next
            } while page.cursor != nil
        }
        for text in [candidate.email.value, candidate.phone?.value ?? ""] { try await look(by: text) }
        // Thousands may have a name: by it only those are looked for that are under way.
        query.states = unsettled
        try await look(by: "\(candidate.firstName.value) \(candidate.lastName.value)")
        return found.values.sorted { $0.id < $1.id }
    }
}

extension ProviderAccount {
    /// Whether what is found at the provider is found by what only one order has.
    var findsByOwnReference: Bool { finds(by: ["order.id", "${key}", "callback_url"]) }

    /// Whether the account's profile looks for requests by one of some values.
    func finds(by values: [String]) -> Bool {
        guard let find = account.wire["find"], find.members != nil else { return false }
        return values.contains { find.string().contains($0) }
    }
}

extension Order {
    /// Whether it may have made a request at the provider that it does not have: a person gave it up, or had it sent again, while nobody knew.
    fileprivate var hasLostRequest: Bool { record.hasLostAnswer || status.problem?.code == Problem.abandoned }

    /// Whether it may have made a request that was found for another order: as far as the provider says whose it is, else as far as both are alike.
    fileprivate func mayBe(_ request: ListedRequest, foundFor order: Order, at account: ProviderAccount) -> Bool {
        if account.finds(by: ["order.package"]), package != order.package { return false }
        if account.finds(by: ["order.external_id"]), externalID != order.externalID { return false }
        if let subject = request.subject, subject.email != nil || subject.lastName != nil || subject.phone != nil {
            return Agreement(request, self, others: []).verdict != .other
        }
        let theirs = order.candidate
        let subject = Report.Subject(
            firstName: theirs.firstName.value,
            lastName: theirs.lastName.value,
            email: theirs.email.value,
            phone: theirs.phone?.value,
            reference: nil
        )
        let agreement = Agreement(ListedRequest(reference: request.reference, subject: subject), self, others: [])
        return [agreement.email, agreement.name, agreement.phone].contains(.same)
    }
}

extension ProviderError {
    /// That nobody knows which of several orders made the request that is there.
    static func noAnswer(_ reference: String, mayBeOf others: [String]) -> ProviderError {
        let shown = others.prefix(3).joined(separator: ", ") + (others.count > 3 ? " and \(others.count - 3) others" : "")
        return ProviderError(
            .noAnswer,
            "\(reference) there may be this order's request or that of \(shown), which is the same person's and not known to be there either"
        )
    }
}
