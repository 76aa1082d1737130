import HTTPTypes
import Screening
import Web

/// What stands in a page's place where it cannot be shown, or where something was not done.
enum ProblemPage {
    /// The answer for an error; within the layout where somebody is signed in.
    static func response(_ error: any Error, _ visit: Visit?, _ requestID: String) -> WireResponse {
        let problem = ProblemDocument(describing: error) ?? ProblemDocument(500, "broken", "Something went wrong", "the log says more")
        let content = Templates.render("problem", model(problem, requestID))
        var response = Headers.page(
            problem.status,
            Templates.render("plain", ["heading": problem.title, "content": content, "style": Asset.style.path])
        )
        if let wait = problem.response.headers[.retryAfter] { response.headers[.retryAfter] = wait }
        return response
    }

    private static func model(_ problem: ProblemDocument, _ requestID: String) -> Model {
        var model: Model = [
            "heading": problem.status == 404 ? "There is nothing here" : problem.title,
            "detail": problem.detail.prefix(1).uppercased() + problem.detail.dropFirst(),
            "advice": advice(problem), "code": problem.code,
        ]
        if !requestID.isEmpty { model["request"] = requestID }
        return model
    }

    private static func advice(_ problem: ProblemDocument) -> String {
        switch problem.status {
        case 403 where problem.code == "insufficient_scope": "Sign in with a token that may, or ask whoever runs this host."
        case 404: "It may have been erased, be of a connection that you do not see, or the address may be misspelt."
        case 409: "Go back, load the page again and look at how it stands now."
        case 503: "Try again in a few seconds. Nothing that was accepted is lost."
        default: "Go back, load the page again and repeat. If it stays so, tell whoever runs this host the number below."
        }
    }

    static let templates = [
        "problem": #"""
        <div class="card stack"><h1>{{heading}}</h1>
        <p>{{detail}}.</p><p class="soft">{{advice}}</p>
        <p class="small soft">{{code}}{{#request}} · request <code>{{request}}</code>{{/request}}</p>
        <p><a href="/">Now</a> · <a href="/orders">Orders</a></p></div>
        """#,
        "plain": #"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark"><title>{{heading}} · Fairlead</title><link rel="stylesheet" href="{{style}}"></head>
        <body><header class="top"><a class="brand" href="/">{{>mark}}Fairlead</a></header><main class="main" id="main">{{{content}}}</main></body></html>
        """#,
    ]
}
