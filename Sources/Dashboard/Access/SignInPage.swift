import HTTPTypes
import Screening
import Web

/// Signing in with a token, and out.
struct SignInPage: Sendable {
    let site: Site

    var routes: [Route] {
        [
            Route(.get, "/login") { request in try await show(request) },
            Route(.post, "/login") { request in await signIn(request) },
            Route(.post, "/logout") { request in await signOut(request) },
            // Whether a browser is signed in: a link on another site leads here without its cookie.
            Route(.get, "/signed-in") { request in
                Headers.secured(WireResponse(try await site.access.viewer(of: request) == nil ? 200 : 204))
            },
        ]
    }

    private func show(_ request: IncomingRequest) async throws -> WireResponse {
        let next = next(request.firstQuery["next"])
        if try await site.access.viewer(of: request) != nil { return Headers.seeOther(next) }
        return page(request, 200, next: next, said: request.firstQuery["out"] == nil ? nil : "You are signed out.")
    }

    private func signIn(_ request: IncomingRequest) async -> WireResponse {
        let form = FormEncoding.pairs(String(decoding: request.bytes, as: UTF8.self))
        func field(_ name: String) -> String { form.first { $0.name == name }?.value ?? "" }
        let (access, next) = (site.access, next(field("next")))
        do {
            try FormGuard.checkOrigin(request, site)
            // Nobody is signed in as somebody else by another site's form.
            try FormGuard.checkToken(field("csrf"), Secret(access.formSecret(request) ?? site.parts.random.token()))
            var token = field("token").trimmed
            let code = field("code").trimmed
            if !code.isEmpty {
                // An address that somebody else made ends nobody's session.
                if try await access.viewer(of: request) != nil { return Headers.seeOther(next) }
                guard site.parts.signInCode?.redeem(code, request) == true, let admin = site.parts.adminToken() else {
                    // It counts as a wrong token does, and is none: whatever stands in an address signs nobody in as its sender.
                    _ = try await site.parts.api.holder(of: Viewer.keyed("code", Secret(code)), from: request.peer)
                    throw ProblemDocument(401, "unauthorised", "Not signed in", "that code is not right, or was used")
                }
                token = admin.value
            }
            let principal = try await site.parts.api.holder(of: token, from: request.peer)
            var response = Headers.seeOther(next)
            response.headers[.setCookie] = try await access.begin(principal, token: token, request)
            try await site.parts.api.record("session.begin", by: principal)
            return response
        } catch {
            let problem = ProblemDocument(describing: error)
            let said =
                switch problem?.status {
                case 401 where !field("code").isEmpty: "That address signs in once, and was used. Sign in with a token."
                case 401: "That token is not known. It may have been revoked, or be over."
                case 429: "Too many wrong tokens. Wait a minute, then try again."
                case 403: "The page was out of date, or cookies are switched off. Try again."
                default: "Signing in did not work: the host cannot reach its store at present."
                }
            var response = page(request, problem?.status ?? 503, next: next, problem: said)
            if let wait = problem?.response.headers[.retryAfter] { response.headers[.retryAfter] = wait }
            return response
        }
    }

    private func signOut(_ request: IncomingRequest) async -> WireResponse {
        do {
            guard let viewer = try await site.access.viewer(of: request) else { return Headers.seeOther("/login?out=1") }
            try FormGuard.check(Visit(site: site, request: request, viewer: viewer, requestID: ""), site)
            var response = Headers.seeOther("/login?out=1")
            response.headers[.setCookie] = try await site.access.end(viewer, request)
            try await site.parts.api.record("session.end", by: viewer.principal)
            return response
        } catch {
            return ProblemPage.response(error, to: request, "")
        }
    }

    private func next(_ given: String?) -> String { given.flatMap { LocalPath($0) }?.text ?? "/" }

    private func page(_ request: IncomingRequest, _ status: Int, next: String, said: String? = nil, problem: String? = nil) -> WireResponse {
        let access = site.access
        let known = access.formSecret(request)
        let secret = known ?? site.parts.random.token()
        var model: Model = [
            "style": Asset.style.path, "script": Asset.script.path, "icon": Asset.icon.path, "next": next,
            "csrf": Viewer.formToken(Secret(secret)),
        ]
        model["takes_code"] = site.parts.signInCode != nil
        model["said"] = said
        model["problem"] = problem
        model["ribbon_text"] = site.ribbon
        var response = Headers.page(status, Templates.render("sign_in", model))
        if known == nil { response.headers[.setCookie] = access.cookie(access.formCookie(request), secret, request) }
        return response
    }

    static let templates = [
        "sign_in": #"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Sign in · Fairlead</title>
        <link rel="icon" href="{{icon}}" type="image/svg+xml">
        <link rel="stylesheet" href="{{style}}">
        <script src="{{script}}" defer></script>
        </head>
        <body class="signed-out">
        {{#ribbon_text}}<aside class="ribbon" aria-label="Environment">{{ribbon_text}}: no real screenings</aside>{{/ribbon_text}}
        <main class="sign-in" id="sign-in">
        <div class="brand">{{>mark}}Fairlead</div>
        {{#said}}<p class="said good" role="status">{{said}}</p>{{/said}}
        {{#problem}}<p class="said bad" role="alert">{{problem}}</p>{{/problem}}
        <div class="card">
        <h1>Sign in</h1>
        <form method="post" action="/login" class="stack">
        <input type="hidden" name="csrf" value="{{csrf}}"><input type="hidden" name="next" value="{{next}}">{{#takes_code}}<input type="hidden" id="code" name="code" value="">{{/takes_code}}
        <input type="text" name="username" value="token" autocomplete="username" hidden>
        <div class="field"><label for="token">Your token</label>
        <input id="token" name="token" type="password" required autocomplete="current-password" spellcheck="false" autofocus></div>
        <div class="actions"><button class="primary" type="submit">Sign in</button></div>
        </form>
        </div>
        <p class="small soft">A token is made by <code>fairlead token create</code>, or by whoever runs this host. It says what you may see and do.</p>
        <p class="small"><a id="signed-in-next" href="{{next}}">I am signed in already</a></p>
        </main>
        </body>
        </html>
        """#
    ]
}
