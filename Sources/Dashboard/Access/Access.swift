import HTTPTypes
import Screening
import Web

/// Finds out who asks: by a session that began with a token, or by a trusted proxy's word.
struct Access: Sendable {
    let parts: Dashboard.Parts

    /// How long somebody may do nothing before their session ends.
    static let idle: Duration = .seconds(2 * 3600)
    /// How long a session lasts at most.
    static let longest: Duration = .seconds(24 * 3600)

    /// Who asks; nil for nobody who is known.
    func viewer(of request: IncomingRequest) async throws -> Viewer? {
        if let person = parts.trustedProxies?.person(request), let proxies = parts.trustedProxies {
            var principal = Principal(id: "person:" + person, name: person, scopes: proxies.scopes)
            principal.isPerson = true
            // Their forms' token follows from a cookie of its own.
            let known = formSecret(request)
            let secret = known ?? parts.random.token()
            let cookie = known == nil ? cookie(formCookie(request), secret, request) : nil
            return Viewer(principal: principal, name: person, secret: Secret(secret), isSession: false, cookie: cookie)
        }
        guard let value = cookies(request)[sessionCookie(request)], value.utf8.count < 200 else { return nil }
        let secret = Secret(value)
        guard let session = try await parts.store.session(by: secret) else { return nil }
        let now = parts.clock.now()
        guard now < session.expiresAt, now < session.lastSeenAt + Access.idle, let principal = try await principal(of: session, secret) else {
            try? await parts.store.end(session: secret)
            return nil
        }
        // The script's own look is nobody at work.
        if !request.isLiveLook, request.path != LiveStream.path, session.lastSeenAt + .seconds(60) < now {
            try? await parts.store.seen(session: secret, at: now)
        }
        return Viewer(principal: principal, name: principal.name, secret: secret, isSession: true)
    }

    /// Begins a session for the holder of a token. Whatever session the browser had ends.
    /// - Returns: the cookie that the browser is to keep.
    func begin(_ principal: Principal, token: String, _ request: IncomingRequest) async throws -> String {
        if let before = cookies(request)[sessionCookie(request)] { try await parts.store.end(session: Secret(before)) }
        let (now, secret) = (parts.clock.now(), Secret(parts.random.token()))
        let isAdministrator = principal.id == Principal.administrator.id
        try await parts.store.begin(
            Session(
                token: principal.id,
                proof: isAdministrator ? Viewer.keyed("token:" + token, secret) : nil,
                createdAt: now,
                lastSeenAt: now,
                expiresAt: now + Access.longest
            ),
            secret: secret
        )
        return cookie(sessionCookie(request), secret.value, request)
    }

    /// Ends a session.
    /// - Returns: the cookie that takes away what the browser kept.
    func end(_ viewer: Viewer, _ request: IncomingRequest) async throws -> String {
        if viewer.isSession { try await parts.store.end(session: viewer.secret) }
        return cookie(sessionCookie(request), "", request) + "; Max-Age=0"
    }

    /// Who holds the token that a session began with; nil where it was revoked, is over or was changed.
    private func principal(of session: Session, _ secret: Secret) async throws -> Principal? {
        if let proof = session.proof {
            guard let admin = parts.adminToken() else { return nil }
            return Viewer.keyed("token:" + admin.value, secret) == proof ? .administrator : nil
        }
        guard let token = try await parts.store.token(id: session.token) else { return nil }
        if let end = token.expiresAt, end <= parts.clock.now() { return nil }
        return Principal(token)
    }

    // MARK: Cookies

    /// Whether the browser reaches the host by https, so that a cookie may be kept from anything else.
    func isSecure(_ request: IncomingRequest) -> Bool {
        parts.publicURL?.hasPrefix("https://") == true || parts.trustedProxies?.saysHTTPS(request) == true
    }

    /// An answer that no window of another site holds on to, where the browser takes that: over plain http to another machine it complains of it on every page.
    func isolated(_ response: WireResponse, _ request: IncomingRequest) -> WireResponse {
        let host = request.authority.flatMap { URLParts("http://" + $0) }?.host ?? ""
        let isOwnMachine = ["localhost", "::1"].contains(host) || IPAddress(host) != nil && host.hasPrefix("127.")
        guard isSecure(request) || isOwnMachine, let name = HTTPField.Name("Cross-Origin-Opener-Policy") else { return response }
        var response = response
        response.headers[name] = "same-origin"
        return response
    }

    func sessionCookie(_ request: IncomingRequest) -> String { (isSecure(request) ? "__Host-" : "") + "fairlead_session" }
    func formCookie(_ request: IncomingRequest) -> String { (isSecure(request) ? "__Host-" : "") + "fairlead_form" }

    /// What the forms' token of somebody without a session follows from; nil where their browser has none that could be ours.
    func formSecret(_ request: IncomingRequest) -> String? {
        cookies(request)[formCookie(request)].flatMap { (20..<200).contains($0.utf8.count) ? $0 : nil }
    }

    func cookie(_ name: String, _ value: String, _ request: IncomingRequest) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isSecure(request) ? "; Secure" : "")
    }

    /// The cookies of a request by name. Of one that is there twice none counts: another site of the same host may have written one of them.
    func cookies(_ request: IncomingRequest) -> [String: String] {
        var found: [String: String] = [:]
        var repeated: Set<String> = []
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0).trimmed }
                guard parts.count == 2 else { continue }
                if found.updateValue(parts[1], forKey: parts[0]) != nil { repeated.insert(parts[0]) }
            }
        }
        return found.filter { !repeated.contains($0.key) }
    }
}
