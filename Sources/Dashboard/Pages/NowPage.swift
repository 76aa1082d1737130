import Screening

/// The first page: what needs a person, and how everything stands.
enum NowPage {
    static let handlers = [
        PageHandler.get("/") { visit in
            let status = try await visit.get("status")
            return .page(Page("Now", .now, content: visit.render("now", ["able": status["able_to_work"]?.boolean ?? false])))
        }
    ]

    static let templates = [
        "now": #"""
            <div class="title"><h1>Now</h1></div>
            <div id="now" data-live>{{^able}}<p class="said bad">The host is not able to work.</p>{{/able}}</div>
            """#,
    ]
}
