import HTTPTypes
import Screening

/// What every answer of the dashboard tells the browser not to do.
enum Headers {
    /// Nothing but what is ours, nothing inline, no markup made from text by scripts, in nobody's frame.
    static let policy = [
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "connect-src 'self'", "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    /// A page of ours: nobody keeps it.
    static func page(_ status: Int, _ html: String) -> WireResponse {
        secured(WireResponse(status, headers: [.contentType: "text/html; charset=utf-8"], body: Array(html.utf8)))
    }

    /// On to another page of ours; to the first page where it is none of ours.
    static func seeOther(_ path: String) -> WireResponse {
        secured(WireResponse(303, headers: [.location: LocalPath(path)?.text ?? "/"]))
    }

    /// An answer with what all have. What the answer has already stands.
    static func secured(_ response: WireResponse) -> WireResponse {
        var response = response
        let all: [(String, String)] = [
            ("Content-Security-Policy", policy), ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"), ("Cache-Control", "no-store"),
        ]
        for (name, value) in all {
            if let name = HTTPField.Name(name), response.headers[name] == nil { response.headers[name] = value }
        }
        return response
    }
}

/// A path of our own: what somebody may be sent on to.
struct LocalPath: Sendable {
    let text: String

    /// Nil for anything that a browser could take for another site's address.
    init?(_ text: String) {
        guard text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= 2000,
            text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F && $0 != "\\" })
        else { return nil }
        self.text = text
    }

    /// A path as the value of a query's name.
    static func encoded(_ path: String) -> String { PercentEncoding.text(path) }
}
