import Foundation

/// A request that a provider lists: one that an order's lost submission may have created.
public struct ListedRequest: Sendable, Equatable {
    /// The provider's name for it.
    public let reference: String
    /// When it was made; nil where the provider does not say.
    public let createdAt: Timestamp?
    /// How it stands, and whose it is as far as the provider says; nil where it says neither.
    public let report: Report?
    /// Whose it is; nil where the provider does not say.
    public let subject: Report.Subject?

    /// A request; whose it is comes from the report where nothing else is said.
    public init(reference: String, createdAt: Timestamp? = nil, report: Report? = nil, subject: Report.Subject? = nil) {
        self.reference = reference
        self.createdAt = createdAt
        self.report = report
        self.subject = subject ?? report?.subject
    }
}

/// Whether what a provider says of a request agrees with an order, field by field. It holds no personal data: only that two texts are the same or not.
public struct Agreement: Sendable, Equatable {
    /// How one field compares.
    public enum Field: String, Sendable, Equatable, CaseIterable {
        case same, different
        /// The provider, or the order, does not say.
        case unknown
    }

    public let reference: Field
    public let email: Field
    public let name: Field
    public let phone: Field
    /// What was ordered: one person may have several requests. A connection's script may order by another name than the order's.
    public let package: Field
    /// Whether it was made before the order, by the provider's clock.
    public let isOlder: Bool

    /// What two clocks may differ by.
    private static let tolerance = Duration.seconds(-60)

    /// Compares a request with an order.
    ///
    /// Texts are compared without case, marks and white space, telephone numbers by their last nine digits. What checks are called says nothing: a name may
    /// stand in any text by chance.
    /// - Parameter others: other orders that the store has. A reference that is none of theirs says nothing, also where it looks like ours: after a restore
    ///   the order that was sent may be gone, and the one that is made in its place is looked at.
    public init(_ request: ListedRequest, _ order: Order, others: Set<String>) {
        let (subject, candidate) = (request.subject, order.candidate)
        isOlder = request.createdAt.map { $0 < order.createdAt + Agreement.tolerance } ?? false
        if let own = subject?.reference, own == order.id || others.contains(own) {
            reference = own == order.id ? .same : .different
        } else {
            reference = .unknown
        }
        email = Agreement.field(subject?.email?.value, candidate.email.value, Agreement.folded)
        phone = Agreement.field(subject?.phone?.value, candidate.phone?.value, Agreement.digits)
        package = Agreement.field(subject?.package, order.package, Agreement.folded)
        if let first = subject?.firstName?.value, let last = subject?.lastName?.value {
            name = Agreement.field(first + last, candidate.firstName.value + candidate.lastName.value, Agreement.folded)
        } else if let last = subject?.lastName?.value {
            name = Agreement.folded(last) == Agreement.folded(candidate.lastName.value) ? .unknown : .different
        } else {
            name = .unknown
        }
    }

    /// Whether a request is the order's.
    public enum Verdict: String, Sendable, Equatable, CaseIterable {
        /// Something agrees, and nothing that names one person alone speaks against it.
        case likely
        /// Nothing says whose it is, or it agrees and is older than the order by a clock that may be wrong.
        case unknown
        /// It is somebody else's.
        case other
    }

    /// What follows from the fields. Our own reference decides; then the e-mail address, for two people may have one name or telephone.
    public var verdict: Verdict {
        if reference != .unknown { return reference == .same ? .likely : .other }
        let agrees = isOlder ? Verdict.unknown : .likely
        if email != .unknown { return email == .same ? agrees : .other }
        if name == .different { return .other }
        if name == .same || phone == .same { return agrees }
        return phone == .different ? .other : .unknown
    }

    /// How many fields agree.
    public var agreeing: Int { [reference, email, name, phone].count { $0 == .same } }

    private static func field(_ theirs: String?, _ ours: String?, _ fold: (String) -> String) -> Field {
        guard let theirs = theirs.map(fold), let ours = ours.map(fold), !theirs.isEmpty, !ours.isEmpty else { return .unknown }
        return theirs == ours ? .same : .different
    }

    private static func folded(_ text: String) -> String {
        let plain = text.decomposedStringWithCompatibilityMapping.lowercased()
        return String(
            String.UnicodeScalarView(plain.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark && !$0.properties.isWhitespace })
        )
    }

    private static func digits(_ text: String) -> String { String(text.filter { $0.isASCII && $0.isNumber }.suffix(9)) }
}
