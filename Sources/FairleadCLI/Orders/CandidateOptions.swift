import ArgumentParser

/// Who is screened, and with which package: what an order is placed with, and what may be mended of it.
struct CandidateOptions: ParsableArguments {
    @Option(help: "The candidate's first name.")
    var firstName: String?

    @Option(help: "The candidate's last name.")
    var lastName: String?

    @Option(help: "The candidate's e-mail address.")
    var email: String?

    @Option(help: "The candidate's telephone number, such as +441632960000.")
    var phone: String?

    @Option(help: "The candidate's country, two letters.")
    var country: String?

    @Option(help: "The provider's package; fairlead account packages lists them.")
    var package: String?

    /// What was given of the candidate, by the names of the API.
    var candidate: [(name: String, value: String)] {
        filters([("first_name", firstName), ("last_name", lastName), ("email", email), ("phone", phone), ("country", country)])
    }
}
