import Screening

/// What an entry of the audit says, as a sentence: its action is a code word, which stands beside it.
enum AuditWords {
    /// The sentence: who did it, and to which thing, stand beside it.
    static func sentence(_ entry: JSON) -> String {
        let action = entry["action"]?.text ?? ""
        let done = act(action, entry["details"])
        let outcome =
            switch entry["outcome"]?.text {
            case "refused": "tried, and was refused: "
            case "failed": "tried, and it failed: "
            default: ""
            }
        return outcome + done
    }

    /// What was done, whatever came of it.
    static func act(_ action: String, _ details: JSON?) -> String {
        if action == "order.resolve" { return resolved(details?["action"]?.text) }
        if let known = known[action] { return known }
        var parts = action.split(separator: ".").map(String.init)
        guard let first = parts.first else { return action }
        let isLook = parts.last == "read"
        if isLook { parts.removeLast() }
        let thing = things[first] ?? first
        let rest = parts.dropFirst().joined(separator: " ").replacing("_", with: " ")
        let isMany = many.contains(first)
        if isLook { return "looked at \(isMany ? "a list of \(thing)" : "the \(thing)")" + (rest.isEmpty ? "" : ": \(rest)") }
        // A code word that nobody put into words yet says what it says.
        guard let verb = verbs[rest] else { return action }
        return "\(verb) \(isMany ? "many \(thing)" : "the \(thing)")"
    }

    private static func resolved(_ way: String?) -> String {
        switch way {
        case "adopt": "adopted a request of the provider for the order"
        case "resubmit": "had the order sent again, of which nobody knew whether the provider has it"
        case "abandon": "gave up the order, of which nobody knew whether the provider has it"
        case "release": "took back what was decided about the order"
        default: "decided about the order, of which nobody knew whether the provider has it"
        }
    }

    private static let many: Set = [
        "orders", "events", "runs", "issues", "accounts", "connections", "webhooks", "tokens", "keys", "erasures", "holds",
    ]

    private static let things = [
        "order": "order", "orders": "orders", "event": "event", "events": "events", "run": "run", "runs": "runs", "issue": "issue",
        "issues": "issues",
        "account": "account", "connection": "connection", "webhook": "endpoint", "webhooks": "endpoints", "token": "token", "tokens": "tokens",
        "key": "encryption key", "keys": "encryption keys", "bulk": "command for many", "candidate": "person", "candidates": "people",
        "erasure": "erasure",
        "erasures": "erasures", "find": "what a text finds", "audit": "audit", "privacy": "what is stored of people", "hold": "legal hold",
        "holds": "legal holds",
        "retention": "retention",
    ]

    private static let verbs = [
        "retry": "had tried again", "discard": "let be", "replay": "replayed", "cancel": "cancelled", "refresh": "had read at the provider",
        "create": "made",
        "set": "set", "remove": "removed", "pause": "paused", "resume": "resumed", "check": "checked", "test": "sent a test to",
        "rotate": "gave a new secret to",
        "redeliver": "had notices sent again to", "snooze": "snoozed", "resolve": "resolved", "note": "wrote a note about", "stop": "stopped",
        "retire": "retired", "enable": "enabled", "disable": "disabled",
        "shadow": "ran today's script beside",
    ]

    /// Those that need words of their own.
    private static let known = [
        "order.create": "placed the order", "order.retry": "had the order sent again",
        "order.discard": "said that nothing is to be done about the order",
        "order.cancel": "had the order cancelled", "order.refresh": "had the order read at its provider",
        "order.candidates.read": "looked at what the provider has for order", "order.access.read": "looked at who looked at the order",
        "order.timeline.read": "looked at what happened to the order", "order.hold": "put the order under a legal hold",
        "order.unhold": "ended the legal hold of order",
        "orders.retry": "had many orders sent again", "orders.cancel": "had many orders cancelled",
        "orders.refresh": "had many orders read at their providers",
        "orders.discard": "said that nothing is to be done about many orders", "event.replay": "had the event worked on again",
        "events.replay": "had many events worked on again", "event.discard": "said that nothing is to be done about the event",
        "events.discard": "said that nothing is to be done about many events", "event.body.read": "took the body of event as it came",
        "run.retry": "had the run tried again", "run.discard": "said that nothing is to be done about the run",
        "run.input.read": "looked at what the run was given",
        "run.steps.read": "looked at a step of the run", "run.shadow": "had today's script tried beside the run, sending nothing",
        "runs.retry": "had many runs tried again", "runs.discard": "said that nothing is to be done about many runs",
        "bulk.stop": "stopped the command for many", "bulk.read": "looked at commands for many", "find.read": "searched for somebody or something",
        "candidate.find": "counted what is stored of a person", "candidate.find.read": "counted what is stored of a person",
        "candidate.export": "exported what is stored of a person", "candidate.export.read": "exported what is stored of a person",
        "candidate.erase": "had a person erased", "candidate.erase.read": "asked what erasing a person would destroy",
        "candidate.hold": "put a person under a legal hold", "candidate.unhold": "ended a person's legal hold",
        "erasure.replayed": "carried out the erasure again, after a restore",
        "privacy.scan": "looked for people in logs and exports", "privacy.scan.read": "looked for people in logs and exports",
        "session.begin": "signed in to the pages", "session.end": "signed out of the pages", "token.create": "made a token",
        "token.remove": "revoked the token",
        "webhook.set": "set the endpoint", "webhook.remove": "removed the endpoint", "hold": "held the whole store: nothing leaves",
        "release": "released the store",
        "hold.remove": "ended the legal hold", "retention.run": "removed what was old enough",
        "retention.trust-clock": "said that the clock is right",
        "key.rotate": "began to go over to another encryption key",
        "key.rotated": "went over to another encryption key", "keys.rotate": "began to go over to another encryption key",
        "key.retire": "retired the encryption key",
        "settings.applied": "took changed settings over", "store.restore": "restored the store from a backup",
        "audit.pruned": "removed old entries of the audit",
        "audit.read": "looked at the audit", "holds.read": "looked at legal holds", "retention.read": "looked at what is kept how long",
    ]
}
