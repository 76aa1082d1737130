import Screening
import Simulators

/// Where the stand-ins are and what they take. The credentials are invented and public.
enum SimulateText {
    static func json(_ site: SimulatorSite) -> JSON {
        let settings = site.settings
        return [
            "control_page": .string(site.publicURL + "/"),
            "zinc": [
                "base_url": .string(site.publicURL + "/zinc/partner/v2"), "api_key": JSON(settings.zinc.apiKeys.first?.value),
                "webhook_token": .string(settings.zinc.signingToken.value),
                "packages": .array(settings.zinc.packages.map { ["id": $0.id, "name": .string($0.name)] }),
            ],
            "workerchecks": [
                "base_url": .string(site.publicURL + "/workerchecks"), "widget_secret": JSON(settings.workerChecks.widgetSecrets.first?.value),
                "products": .array(settings.workerChecks.products.map { ["id": .string($0.id), "name": .string($0.name)] }),
            ],
            "ats": [
                "url": .string(site.publicURL + "/ats"), "assessment_key": .string(settings.ats.assessmentKey.value),
                "event_secret": .string(settings.ats.eventSecret.value), "callback_secret": .string(settings.ats.callbackSecret.value),
            ],
        ]
    }

    /// What can be ordered: `prod_1 (National police check), …`
    private static func offer(_ list: JSON?) -> String {
        (list?.items ?? []).map { "\($0.cell("id")) (\($0.cell("name")))" }.joined(separator: ", ")
    }

    static func text(_ site: SimulatorSite) -> String {
        let all = json(site)
        let rows = [
            ["control page", all.cell("control_page"), ""],
            ["Zinc", all.cell("zinc.base_url"), "api_key \(all.cell("zinc.api_key"))"],
            ["", "", "webhook_tokens \(all.cell("zinc.webhook_token"))"],
            ["", "", "packages \(SimulateText.offer(all.at("zinc.packages")))"],
            ["WorkerChecks", all.cell("workerchecks.base_url"), "widget_secret \(all.cell("workerchecks.widget_secret"))"],
            ["", "", "packages \(SimulateText.offer(all.at("workerchecks.products")))"],
            ["ATS", all.cell("ats.url"), "assessment key \(all.cell("ats.assessment_key"))"],
            ["", "", "event secret \(all.cell("ats.event_secret"))"],
            ["", "", "call-back secret \(all.cell("ats.callback_secret"))"],
        ]
        return "Stand-ins, until SIGINT. Nothing here is real.\n" + Table(rows: rows.map { $0.map { $0.isEmpty ? " " : $0 } }, indent: "  ").text
    }
}
