import Screening

/// What `POST /invitations` asks for, read and checked. Which members it has and what they are called is assumed: the overview does not say.
struct InvitationIntake {
    let productID: String
    let candidate: Candidate
    let reference: String?

    /// Why the invitation is not made.
    struct RequestError: Error {
        let status: Int
        let message: String
    }

    init(body: [UInt8], products: [ScreeningPackage]) throws(RequestError) {
        guard let json = try? JSON(parsing: body), json.members != nil else {
            throw RequestError(status: 400, message: "The body must be a JSON object.")
        }
        func text(_ name: String) throws(RequestError) -> String {
            guard let text = json[name]?.text, text.contains(where: { !$0.isWhitespace }) else {
                throw RequestError(status: 422, message: "\(name) is required.")
            }
            return text
        }
        guard let product = json["productId"]?.identifier else { throw RequestError(status: 422, message: "productId is required.") }
        let (first, last) = (try text("firstName"), try text("lastName"))
        let (email, mobile) = (try text("email"), try text("mobile"))
        guard email.isPlausibleEmail else { throw RequestError(status: 422, message: "email is not an e-mail address.") }
        let digits = mobile.drop { $0 == "+" }.filter { $0 != " " }
        guard digits.count >= 8, digits.count <= 15, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            throw RequestError(status: 422, message: "mobile is not a mobile number.")
        }
        guard products.contains(where: { $0.id == product }) else { throw RequestError(status: 404, message: "There is no such product.") }
        productID = product
        candidate = Candidate(firstName: first, lastName: last, email: email, phone: mobile)
        reference = json["reference"]?.identifier
    }
}
