import Crypto
import Screening
import Web

/// Somebody who is signed in.
struct Viewer: Sendable {
    let principal: Principal
    /// What they are called.
    let name: String
    /// What their browser holds: a session's secret, or for somebody whom a proxy names a secret of their own. Their forms' token follows from it.
    let secret: Secret
    /// Whether they signed in here, and can sign out here.
    let isSession: Bool
    /// A cookie that their browser is to keep from now on; nil where it has all.
    var cookie: String?
    /// Who may see personal data one field at a time, with a reason; nil where the viewer sees it as it is, or not at all.
    var revealing: Principal?

    /// Who is named beside what they ask for: it was done here.
    var acting: Principal { Viewer.acting(principal) }

    static func acting(_ principal: Principal) -> Principal {
        guard !principal.isPerson else { return principal }
        return Principal(id: principal.id, name: principal.name + " (dashboard)", scopes: principal.scopes, connections: principal.connections)
    }

    /// The same, for whom every page is without personal data: what they may see they reveal.
    var masked: Viewer {
        guard principal.seesPersonal else { return self }
        return Viewer(principal: principal.withoutPersonal, name: name, secret: secret, isSession: isSession, cookie: cookie, revealing: principal)
    }

    /// What every form of theirs sends along, and no other site knows.
    var formToken: String { Viewer.formToken(secret) }

    static func formToken(_ secret: Secret) -> String { keyed("form", secret) }

    /// A hash that only whoever holds the secret can make.
    static func keyed(_ text: String, _ secret: Secret) -> String {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(secret.value.utf8)))).hex
    }
}
