import HTTPTypes
import Screening

/// The site's page: orders, requested faults and the exchange log. Plain forms, no script.
enum ControlPage {
    static func whole(_ site: SimulatorSite) -> WireResponse {
        let parts = [
            addresses(site), zinc(site.zinc), workerChecks(site.workerChecks), ats(site.ats), FaultForm.section(site.faults.present),
            log(site.log()),
        ]
        return page("Screening simulators", parts.joined())
    }

    /// What a report's link leads to.
    static func report(_ title: String) -> WireResponse {
        page(title, "<section><p>A real provider shows its report here. This one is a stand-in and has none.</p></section>")
    }

    private static func page(_ title: String, _ body: String) -> WireResponse {
        let html = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title><style>\(ControlStyle.css)</style></head><body><header><h1>\(title)</h1><a href="/">Refresh</a></header>
            <main>\(body)</main></body></html>
            """
        return WireResponse(
            200,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
                .cacheControl: "no-store",
            ],
            body: Array(html.utf8)
        )
    }

    private static func addresses(_ site: SimulatorSite) -> String {
        let settings = site.settings
        let rows = [
            ("Zinc", site.publicURL + "/zinc/partner/v2", "API key " + (settings.zinc.apiKeys.first?.value ?? "none")),
            ("Zinc webhooks", "to each request's own URL", "signing token " + settings.zinc.signingToken.value),
            ("WorkerChecks", site.publicURL + "/workerchecks", "widget secret " + (settings.workerChecks.widgetSecrets.first?.value ?? "none")),
            ("ATS assessments", "orders at a partner's URL", "key " + settings.ats.assessmentKey.value),
            ("ATS events", "to a URL of yours", "secret " + settings.ats.eventSecret.value),
            ("ATS call backs", site.ats.callbackURL, "secret " + settings.ats.callbackSecret.value),
        ]
        return section("Where things are", ["what", "address", "credential"], rows.map { [escape($0.0), code($0.1), code($0.2)] })
    }

    private static func zinc(_ zinc: ZincSimulator) -> String {
        let statusTexts = ZincLifecycle.coarse.keys.sorted()
        let rows = zinc.requests.reversed().prefix(100).map { request in
            let action = "/control/zinc/requests/\(request.id)"
            return [
                code(request.id), escape(request.candidate.fullName), escape(request.package.name),
                escape((request.statusV2 ?? request.status) + (request.result.map { " · " + $0 } ?? "")),
                escape(request.history.joined(separator: " → ")),
                button(action, "Advance", hidden: ["advance": "true"])
                    + form(action, select("statusV2", statusTexts) + select("result", ["", "clear", "consider"]) + "<button>Set</button>"),
            ]
        }
        return section("Zinc requests", ["id", "candidate", "package", "status", "so far", ""], Array(rows))
    }

    private static func workerChecks(_ workerChecks: WorkerChecksSimulator) -> String {
        let rows = workerChecks.invitations.reversed().prefix(100).map { invitation in
            let action = "/control/workerchecks/invitations/\(invitation.id)"
            let statuses = select("status", ["Pending", "In Progress", "Completed", "Cancelled"])
            let results = select("result", ["", "Clear", "Attention Required", "Refer"])
            return [
                code(invitation.id), escape(invitation.candidate.fullName), escape(invitation.productID),
                escape(invitation.status + (invitation.result.map { " · " + $0 } ?? "")), escape(invitation.history.joined(separator: " → ")),
                button(action, "Advance", hidden: ["advance": "true"]) + form(action, statuses + results + "<button>Set</button>"),
            ]
        }
        let foot = "<p>Reads refused: \(workerChecks.refusedReads) · most reads in a minute: \(workerChecks.peakReads)</p>"
        let expire = button("/control/workerchecks/expire", "Expire all tokens", hidden: [:])
        return section("WorkerChecks invitations", ["id", "candidate", "product", "status", "so far", ""], Array(rows), foot: foot + expire)
    }

    private static func ats(_ ats: ATSSimulator) -> String {
        let assessments = ats.assessments.reversed().prefix(50).map { assessment in
            [
                "\(assessment.number)", escape(assessment.candidate.fullName), escape(assessment.testID), code(assessment.interviewID ?? "–"),
                escape(assessment.status ?? "–"), escape(assessment.errors.last ?? ""),
            ]
        }
        let receipts = ats.received.reversed().prefix(50).map { receipt in
            let label = receipt.isVerified ? (receipt.isRepeated ? "repeated" : "verified") : "refused"
            return [escape(receipt.at.iso8601), escape(receipt.kind.rawValue), code(receipt.subject), label, code(receipt.body.string())]
        }
        let fields = ["first_name", "last_name", "email", "phone"].map { input($0) }.joined()
        let assess = form(
            "/control/ats/assessments",
            input("partner", "https://…/ats/acme/assessments") + input("test") + fields + "<button>Order</button>"
        )
        let event = form(
            "/control/ats/events",
            input("url", "https://…/ats/acme/standard") + input("application") + input("package") + fields + "<button>Send</button>"
        )
        return section("ATS assessments", ["no.", "candidate", "test", "partner's id", "status", "problem"], Array(assessments), foot: assess)
            + section("Received by the ATS", ["at", "what", "subject", "", "body"], Array(receipts), foot: event)
    }

    private static func log(_ entries: [LoggedExchange]) -> String {
        let rows = entries.reversed().prefix(100).map { entry in
            [
                escape(entry.at.iso8601), entry.direction == .received ? "in" : "out", escape(entry.method), code(entry.url),
                escape(entry.status.map { String($0) } ?? entry.failure ?? "…"), code(String(entry.body.prefix(400))),
            ]
        }
        return section("Log", ["at", "", "method", "URL", "answer", "body"], Array(rows))
    }
}

extension Candidate {
    fileprivate var fullName: String { firstName.value + " " + lastName.value }
}
