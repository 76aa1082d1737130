import Pipeline
import Screening
import Web

/// An order whose submission's answer was lost: what was sent, what to look for at the provider, and the three ways out.
enum ResolveDesk {
    static func model(_ facts: OrderPage.Facts, _ visit: Visit) -> Model {
        let order = facts.order
        let id = order["id"]?.text ?? ""
        let account = visit.site.parts.registry.account(order["account"]?.text ?? "")
        let provider = account?.provider.manifest.title ?? order["provider"]?.text ?? "the provider"
        let path = "/orders/\(id)/resolve"
        var model: Model = [
            "desk_provider": provider, "may_resolve": visit.may(.operate), "is_read": account?.capabilities.report == true,
            "waits_webhook": account?.capabilities.webhooks == true,
            "adopt": Parts.action(
                "Adopt it",
                id: "adopt",
                path: path,
                question: "\(provider) has it: adopt that request?",
                what: account?.capabilities.report == true
                    ? "\(provider) is asked for the reference first: one that it does not know, or that is about somebody else, is refused. Nothing is ordered."
                    : "\(provider) cannot be asked: look twice at the reference. Nothing is ordered.",
                tone: "primary",
                inputs: [(name: "provider_ref", title: "\(provider)'s reference of the request", value: "")],
                hidden: [(name: "action", value: "adopt")]
            ),
            "resubmit": Parts.action(
                "It is not there: send again",
                id: "resubmit",
                path: path,
                question: "Send it again?",
                what:
                    "One more screening is ordered. If \(provider) has the first after all, the candidate is asked twice and both are billed: be sure.",
                tone: "danger",
                hidden: [(name: "action", value: "resubmit")]
            ),
            "abandon": Parts.action(
                "Give it up",
                id: "abandon",
                path: path,
                question: "Do nothing more about it?",
                what: "It ends as failed, and the ATS is told so. Where \(provider) has it after all, a webhook of it is still taken.",
                tone: "danger",
                hidden: [(name: "action", value: "abandon")]
            ),
        ]
        model["sent_at"] = visit.format.time(facts.timeline.last { $0.kind == "submitting" }?.at)
        model["lost_at"] = visit.format.time(facts.timeline.last { $0.state == .uncertain }?.at)
        model["sent_name"] = OrderText.name(order)
        model["sent_email"] = order["candidate"]?["email"]?.text
        model["sent_phone"] = order["candidate"]?["phone"]?.text
        return model
    }
}
