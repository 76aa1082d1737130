import HTTPTypes
import Screening
import Web

/// What stands in a page's place where it cannot be shown, or where something was not done.
enum ProblemPage {
    /// The first segments of addresses that machines ask for: they are told in JSON, whoever asks.
    private static let machines: Set = ["api", "ats", "providers", "metrics", "healthz", "readyz"]

    /// The answer for an error: a page for a browser, problem JSON for everybody else.
    static func response(_ error: any Error, to request: IncomingRequest, _ requestID: String) -> WireResponse {
        let problem = ProblemDocument(describing: error) ?? ProblemDocument(500, "broken", "Something went wrong", "the log says more")
        return page(for: problem.response, to: request, requestID) ?? Headers.secured(problem.response)
    }

    /// A problem document as a page; nil where nobody asked for one.
    static func page(for answer: WireResponse, to request: IncomingRequest, _ requestID: String) -> WireResponse? {
        guard request.takesHTML, !machines.contains(request.path.dropFirst().split(separator: "/").first.map(String.init) ?? "") else { return nil }
        let problem = answer.json ?? [:]
        let content = Templates.render("problem", model(answer.status, problem, requestID))
        let heading = heading(answer.status, problem)
        var page = Headers.page(
            answer.status,
            Templates.render("plain", ["heading": heading, "content": content, "style": Asset.style.path, "icon": Asset.icon.path])
        )
        for name in [HTTPField.Name.retryAfter, .allow] { page.headers[name] = answer.headers[name] }
        return page
    }

    private static func heading(_ status: Int, _ problem: JSON) -> String {
        switch status {
        case 404: "There is nothing here"
        case 503: "Not just now"
        default: problem["title"]?.text ?? "That did not work"
        }
    }

    private static func model(_ status: Int, _ problem: JSON, _ requestID: String) -> Model {
        let (code, detail) = (problem["code"]?.text ?? "", problem["detail"]?.text ?? "")
        var model: Model = [
            "heading": heading(status, problem), "detail": Parts.sentence(detail.replacing(/; GET \S+ shows those that there are/, with: "")),
            "advice": advice(status, code),
            "code": code,
        ]
        if !requestID.isEmpty { model["request"] = requestID }
        return model
    }

    private static func advice(_ status: Int, _ code: String) -> String {
        switch status {
        case 400 where code == "malformed_filter": "The list cannot take that. Choose anew among its filters."
        case 400 where ["unknown_filter", "unknown_connection", "unknown_account"].contains(code):
            "The address asks for what there is not. Choose anew among the filters of the list."
        case 403 where code == "insufficient_scope": "Sign in with a token that may, or ask whoever runs this host."
        case 404: "It may have been erased, be of a connection that you do not see, or the address may be misspelt."
        case 405: "This address is for a form of ours. Go back to the page with the form and use it there."
        case 409: "Go back, load the page again and look at how it stands now."
        case 503 where code == "store_unavailable":
            "Try again in a few seconds. Nothing that was accepted is lost. Where it stays so, the disk may be full or the database away: tell whoever runs this host."
        case 503 where code == "key_missing": "Trying again does not help: this host lacks the key. Nothing is lost. Tell whoever runs it."
        case 503: "Try again in a few seconds. Nothing that was accepted is lost."
        default: "Go back, load the page again and repeat. If it stays so, tell whoever runs this host the number below."
        }
    }

    static let templates = [
        "problem": #"""
        <div class="card stack"><h1>{{heading}}</h1>
        <p>{{detail}}</p><p class="soft">{{advice}}</p>
        <p class="small soft">{{code}}{{#request}} · request <code>{{request}}</code>{{/request}}</p>
        <p><a href="/">Now</a> · <a href="/orders">Orders</a></p></div>
        """#,
        "plain": #"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>{{heading}} · Fairlead</title><link rel="icon" href="{{icon}}" type="image/svg+xml"><link rel="stylesheet" href="{{style}}"></head>
        <body><header class="top"><a class="brand" href="/">{{>mark}}Fairlead</a>
        <form class="find" action="/orders" method="get" role="search"><label class="sr" for="search">Find an order</label><input id="search" type="search" name="q" value="" placeholder="Find an order" autocomplete="off" spellcheck="false"></form></header><main class="main" id="main">{{{content}}}</main></body></html>
        """#,
    ]
}
