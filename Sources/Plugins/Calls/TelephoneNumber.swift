import LuaRuntime
public import Screening

/// A telephone number in the form of E.164, read by the same Lua that scripts have as `text.phone_e164`.
public enum TelephoneNumber {
    /// Trusted Lua and one line of text: nothing that needs a process of its own.
    private static let pool = LuaPool(LuaPool.Configuration(count: 1, isolation: .inProcess))

    private static let bundle = ScriptBundle(
        prelude: Script(
            name: "prelude",
            chunk: "fairlead/telephone.lua",
            source: """
                local host = ...
                local parts, core = {}, {}
                function core.part(name)
                    parts[name] = parts[name] or host.require("host." .. name)(core)
                    return parts[name]
                end
                return function(request)
                    local number, why, extension = core.part("phone").e164(request.text, request.country)
                    return { number = number, why = why, extension = extension }
                end
                """,
            origin: .host
        ),
        modules: HostScripts.modules
    )

    /// A candidate's JSON with its telephone number, if it has one, in the form of E.164. A number without its country, of a candidate without one, stays
    /// as it is written if it has as many digits as numbers have. Other members are not looked at.
    /// - Parameters:
    ///   - candidate: as the API takes it.
    ///   - country: where the candidate's own does not say: that of numbers written without one.
    /// - Throws: ``FieldProblem`` for `candidate.phone` where it is no number, or holds more than one.
    public static func normalise(phoneOf candidate: JSON, country: String? = nil) async throws -> JSON {
        guard var members = candidate.members, let text = candidate["phone"]?.text?.tidied, !text.isEmpty, text.utf8.count <= 320 else {
            return candidate
        }
        let country = candidate["country"]?.text?.tidied ?? country
        var request: JSON = ["text": .string(text)]
        if let country, country.utf8.count == 2 { request["country"] = .string(country) }
        let end = try await pool.run(bundle, request: request.bytes(), tenant: "telephone") { _ in [] }
        guard case .finished(let bytes) = end else { throw TelephoneNumber.problem("text that cannot be read as one") }
        let answer = try JSON(parsing: bytes)
        if answer["extension"]?.boolean == true { throw problem("a number with an extension, for which there is no place") }
        if let number = answer["number"]?.text {
            members["phone"] = .string(number)
            return .object(members)
        }
        let why = answer["why"]?.text ?? ""
        guard why == "its country is not known" else { throw problem("a number that is none: \(why)") }
        guard (6...15).contains(text.count(where: \.isNumber)) else { throw problem("a number with too few digits, or too many") }
        return candidate
    }

    private static func problem(_ found: String) -> FieldProblem {
        FieldProblem(path: "candidate.phone", expected: "a telephone number such as +441632960000", found: found)
    }
}
