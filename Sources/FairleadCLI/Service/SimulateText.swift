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
            ],
            "workerchecks": [
                "base_url": .string(site.publicURL + "/workerchecks"), "widget_secret": JSON(settings.workerChecks.widgetSecrets.first?.value),
            ],
            "ats": [
                "url": .string(site.publicURL + "/ats"), "assessment_key": .string(settings.ats.assessmentKey.value),
                "event_secret": .string(settings.ats.eventSecret.value), "callback_secret": .string(settings.ats.callbackSecret.value),
            ],
        ]
    }

    static func text(_ site: SimulatorSite) -> String {
        let all = json(site)
        let rows = [
            ["control page", all.cell("control_page"), ""],
            ["Zinc", all.cell("zinc.base_url"), "api_key \(all.cell("zinc.api_key"))"],
            ["", "", "webhook_tokens \(all.cell("zinc.webhook_token"))"],
            ["WorkerChecks", all.cell("workerchecks.base_url"), "widget_secret \(all.cell("workerchecks.widget_secret"))"],
            ["ATS", all.cell("ats.url"), "assessment key \(all.cell("ats.assessment_key"))"],
            ["", "", "event secret \(all.cell("ats.event_secret"))"],
            ["", "", "call-back secret \(all.cell("ats.callback_secret"))"],
        ]
        return "Stand-ins, until SIGINT. Nothing here is real.\n" + Table(rows: rows.map { $0.map { $0.isEmpty ? " " : $0 } }, indent: "  ").text
    }
}
