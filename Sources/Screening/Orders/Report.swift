/// A provider's present report on an order, translated but not yet believed.
public struct Report: Sendable, Equatable {
    /// A status or result as the provider says it, understood or not.
    public enum Reading<Meaning: Sendable & Equatable>: Sendable, Equatable {
        /// A text that is known, and what it means.
        case recognised(Meaning)
        /// An unknown text. It is kept and shown, but decides nothing.
        case unrecognised(String)
    }

    /// Where the provider says the order stands.
    public var status: Reading<OrderState>
    /// What the provider advises; nil where it says nothing yet.
    public var result: Reading<Outcome>?
    /// The provider's own status texts by its own names, such as `statusV2: all-clear`.
    public var providerStatus: [String: String]
    /// The full report's address; nil where the report has none.
    public var reportURL: Personal<String>?
    /// Per-check summaries; nil where the report has no list.
    public var checks: [Check]?
    /// Whose request it is; nil where the provider does not say.
    public var subject: Subject?

    /// Whose request a report is about, as the provider lists it. What it does not say is nil.
    public struct Subject: Sendable, Equatable {
        public let firstName: Personal<String>?
        public let lastName: Personal<String>?
        public let email: Personal<String>?
        public let phone: Personal<String>?
        /// Our own name for the request, where the provider was given one.
        public let reference: String?
        /// What was ordered, by the provider's id of the package.
        public let package: String?

        public init(firstName: String?, lastName: String?, email: String?, phone: String? = nil, reference: String?, package: String? = nil) {
            self.firstName = firstName.map { Personal($0) }
            self.lastName = lastName.map { Personal($0) }
            self.email = email.map { Personal($0) }
            self.phone = phone.map { Personal($0) }
            self.reference = reference
            self.package = package
        }

        /// Whether it says nothing.
        public var isEmpty: Bool { firstName == nil && lastName == nil && email == nil && phone == nil && reference == nil && package == nil }

        /// Whether it is the subject of an order; nil where what it says does not tell.
        /// - Parameter others: other orders that the store has: a reference that is none of theirs says nothing.
        public func isSubject(of order: Order, others: Set<String>) -> Bool? {
            if let reference, reference == order.id || others.contains(reference) { return reference == order.id }
            func folded(_ text: Personal<String>?) -> String? {
                (text?.value.trimmed).flatMap { $0.isEmpty ? nil : $0.lowercased() }
            }
            if let email = folded(email) { return email == folded(order.candidate.email) }
            guard let last = folded(lastName) else { return nil }
            guard last == folded(order.candidate.lastName) else { return false }
            return folded(firstName).map { $0 == folded(order.candidate.firstName) }
        }

        /// What it says, with its personal data.
        public var json: JSON {
            [
                "first_name": JSON(firstName?.value), "last_name": JSON(lastName?.value), "email": JSON(email?.value),
                "reference": JSON(reference),
            ]
        }
    }

    public init(
        status: Reading<OrderState>,
        result: Reading<Outcome>? = nil,
        providerStatus: [String: String] = [:],
        reportURL: String? = nil,
        checks: [Check]? = nil,
        subject: Subject? = nil
    ) {
        self.status = status
        self.result = result
        self.providerStatus = providerStatus
        self.reportURL = reportURL.map { Personal($0) }
        self.checks = checks
        self.subject = subject
    }
}

/// One check of an order, as the provider summarises it.
public struct Check: Sendable, Equatable {
    /// The provider's label, which often holds the person's name.
    public var name: Personal<String>
    /// What kind of check, such as `address-check`; nil where the provider does not say.
    public var type: String?
    /// A finer kind, such as `degree` for education; nil where there is none.
    public var category: String?
    /// The provider's status of this check. An open list: never decides anything.
    public var status: String

    public init(name: String, type: String? = nil, category: String? = nil, status: String) {
        self.name = Personal(name)
        self.type = type
        self.category = category
        self.status = status
    }

    /// `{name, type, status}` and `category` where there is one.
    public var json: JSON {
        var json: JSON = ["name": .string(name.value), "type": JSON(type), "status": .string(status)]
        if let category { json["category"] = .string(category) }
        return json
    }

    /// Reads what ``json`` wrote; nil for anything else.
    public init?(json: JSON) {
        guard let name = json["name"]?.text, let status = json["status"]?.text else { return nil }
        self.init(name: name, type: json["type"]?.text, category: json["category"]?.text, status: status)
    }
}
