public import Screening

/// Something that can be ordered at the Zinc stand-in.
public struct ZincPackage: Sendable, Equatable {
    /// One check of a package.
    public struct Check: Sendable, Equatable {
        /// The `type` of the check in reports.
        public var type: String
        /// The `checkType` of the check in reports: the finer kind of an education check, else nil.
        public var category: String?

        public init(_ type: String, category: String? = nil) {
            self.type = type
            self.category = category
        }
    }

    /// The package's id: text, or a number where the list shall show one.
    public var id: JSON
    public var name: String
    public var checks: [Check]

    public init(id: JSON, name: String, checks: [Check]) {
        self.id = id
        self.name = name
        self.checks = checks
    }

    /// Three packages; the last has a number for an id.
    public static let usual = [
        ZincPackage(id: "pkg_1", name: "Standard", checks: [Check("address-check"), Check("right-to-work-check")]),
        ZincPackage(
            id: "pkg_2",
            name: "Extended",
            checks: [Check("address-check"), Check("reference-check"), Check("education-check", category: "degree")]
        ),
        ZincPackage(id: 3, name: "Right to work only", checks: [Check("right-to-work-check")]),
    ]

    /// The checks as a report shows them: when `done` all have an outcome, and with a result to consider the first is to be considered;
    /// before that the first is done and the others are pending.
    func reports(on candidate: Candidate, done: Bool, result: String?) -> [JSON] {
        checks.enumerated().map { index, check in
            let label = check.type.replacing("-", with: " ").capitalizedFirst
            let status = done ? (index == 0 ? result ?? "clear" : "clear") : (index == 0 ? "clear" : "pending")
            var json: JSON = [
                "name": .string("\(label) for \(candidate.firstName.value) \(candidate.lastName.value)"), "status": .string(status),
                "type": .string(check.type),
            ]
            if let category = check.category { json["checkType"] = .string(category) }
            return json
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
