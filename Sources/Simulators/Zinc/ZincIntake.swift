import Screening

/// What `POST /checks` asks for, read and checked.
///
/// The document says which facts a request needs and not how their members are named; the names are the ones Fairlead assumes by default.
struct ZincIntake {
    let package: ZincPackage
    let candidate: Candidate
    let callback: String?

    /// Why the request is not taken.
    struct RequestError: Error {
        let status: Int
        let message: String
    }

    init(body: [UInt8], packages: [ZincPackage]) throws(RequestError) {
        guard let json = try? JSON(parsing: body), json.members != nil else {
            throw RequestError(status: 400, message: "The body must be a JSON object.")
        }
        guard let packageID = json["packageId"]?.identifier else { throw Self.missing("packageId") }
        guard let person = json["candidate"], person.members != nil else { throw Self.missing("candidate") }
        func text(_ name: String) throws(RequestError) -> String {
            guard let text = person[name]?.text, text.contains(where: { !$0.isWhitespace }) else { throw Self.missing("candidate.\(name)") }
            return text
        }
        let (first, last, email) = (try text("firstName"), try text("lastName"), try text("email"))
        guard email.isPlausibleEmail else { throw RequestError(status: 422, message: "candidate.email is not an e-mail address.") }
        let phone = person["phone"]
        guard phone == nil || phone?.text?.isEmpty == false else { throw RequestError(status: 422, message: "candidate.phone must be text.") }
        callback = json["resultsCallbackURL"]?.text
        if let address = json["resultsCallbackURL"] {
            guard let text = address.text, text.hasPrefix("https://") || text.hasPrefix("http://") else {
                throw RequestError(status: 422, message: "resultsCallbackURL must be an http or https URL.")
            }
        }
        guard let package = packages.first(where: { $0.id.identifier == packageID }) else {
            throw RequestError(status: 404, message: "There is no such package.")
        }
        self.package = package
        candidate = Candidate(firstName: first, lastName: last, email: email, phone: phone?.text)
    }

    private static func missing(_ name: String) -> RequestError { RequestError(status: 422, message: "\(name) is required.") }
}

extension String {
    /// Whether there is something on both sides of a single `@`.
    var isPlausibleEmail: Bool {
        let parts = split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !contains(where: \.isWhitespace)
    }
}
