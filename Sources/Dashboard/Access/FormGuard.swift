import HTTPTypes
import Screening
import Web

/// Tells a form of ours from one that another site made a browser send.
enum FormGuard {
    /// - Throws: ``ProblemDocument`` 403 for a form that is not ours.
    static func check(_ visit: Visit, _ site: Site) throws {
        try checkOrigin(visit.request, site)
        try checkToken(visit.field("csrf"), visit.viewer.secret)
    }

    /// Another site may lead here by a link, and not load pages of ours as its pictures.
    /// - Throws: ``ProblemDocument`` 403.
    static func checkEmbedding(_ request: IncomingRequest) throws {
        func said(_ name: String) -> String? { HTTPField.Name(name).flatMap { request.headers[$0] } }
        guard let site = said("Sec-Fetch-Site"), site == "cross-site" || site == "same-site" else { return }
        guard said("Sec-Fetch-Mode") == "navigate" else { throw refused }
    }

    /// Browsers say by `Sec-Fetch-Site` where a form came from, except over plain http to a name or address that is not this machine's; there they say it by
    /// `Origin`, if at all: since pages of ours send no referrer, `null` may be ours. The token decides in any case.
    static func checkOrigin(_ request: IncomingRequest, _ site: Site) throws {
        if let said = HTTPField.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) {
            guard said == "same-origin" else { throw refused }
        }
        guard let origin = request.headers[.origin], origin != "null" else { return }
        guard let authority = origin.split(separator: "//").dropFirst().first.map({ $0.lowercased() }) else { throw refused }
        let own = [request.authority?.lowercased(), site.parts.publicURL.flatMap { URLParts($0) }.map { parts in authorityText(parts) }]
        guard own.contains(authority) else { throw refused }
    }

    /// - Throws: ``ProblemDocument`` 403 where a form's token is not the one that follows from what the browser holds.
    static func checkToken(_ given: String?, _ secret: Secret) throws {
        let expected = Array(Viewer.formToken(secret).utf8)
        let found = Array((given ?? "").utf8)
        guard found.count == expected.count else { throw stale }
        // In constant time.
        guard zip(found, expected).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else { throw stale }
    }

    private static func authorityText(_ parts: URLParts) -> String {
        let text = parts.origin.split(separator: "//").dropFirst().first.map { String($0) } ?? parts.host
        return text.lowercased()
    }

    private static let refused = ProblemDocument(403, "foreign_form", "Not from here", "the form was sent from another site; nothing was done")
    private static let stale = ProblemDocument(
        403,
        "stale_form",
        "Out of date",
        "the form is of another sign-in, or cookies are switched off; nothing was done: go back, load the page again and repeat"
    )
}
