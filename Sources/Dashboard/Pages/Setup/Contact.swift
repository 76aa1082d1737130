import Screening

/// How an account or a connection stands: what it heard, what was refused, what keeps it.
enum Contact {
    /// What lists and pages say of it.
    static func row(_ subject: JSON, _ visit: Visit) -> Model {
        var row: Model = [:]
        row["heard"] = visit.format.time(subject["last_heard_at"])
        if let paused = subject["paused"], !paused.isNull {
            var pause: Model = ["paused_by": paused["actor"]?["name"]?.text ?? paused["actor"]?["kind"]?.text ?? ""]
            pause["paused_note"] = paused["note"]?.text?.orNil
            pause["paused_at"] = visit.format.time(paused["at"])
            row["paused"] = pause
        } else if let problem = subject["problem"], !problem.isNull {
            var trouble: Model = ["trouble_text": problem["message"]?.text ?? ""]
            trouble["trouble_at"] = visit.format.time(problem["at"])
            row["trouble"] = trouble
        }
        if let refused = subject["last_refused"], !refused.isNull, let count = refused["count"]?.integer, count > 0 {
            var refusal: Model = [
                "refused_count": Format.number(Int(count)), "refused_why": why(refused["reason"]?.text),
                "refused_advice": advice(refused["reason"]?.text),
            ]
            refusal["refused_at"] = visit.format.time(refused["at"])
            row["refused"] = refusal
        }
        row["is_well"] = row["paused"] == nil && row["trouble"] == nil && row["refused"] == nil
        return row
    }

    /// Why a delivery was refused, in words.
    static func why(_ reason: String?) -> String {
        switch reason {
        case "bad_signature": "the signature or the credentials are not the right ones"
        case "unknown_address": "nothing is at the address that was called"
        case "unreadable": "the body could not be read"
        case let reason?: reason.replacing("_", with: " ")
        case nil: "for a reason that is not known"
        }
    }

    /// What to do about it.
    static func advice(_ reason: String?) -> String {
        switch reason {
        case "bad_signature":
            "Compare the secret here with the one at the sender. fairlead verify says of a captured request which part is wrong."
        case "unknown_address": "Compare the address that the sender calls with those on this page."
        default: "See what the sender sends."
        }
    }

    static let templates = [
        // One line of a list.
        "contact": #"""
        <span>{{#paused}}<span class="chip warn">paused</span> {{/paused}}{{#trouble}}<span class="chip bad">needs a person</span> <span class="small">{{trouble_text}}</span>{{/trouble}}{{#refused}}<span class="chip warn">{{refused_count}} refused</span>{{/refused}}{{#is_well}}<span class="chip good">well</span>{{/is_well}}</span>
        """#,
        // What a page of one says.
        "contact-notes": #"""
        {{#paused}}<p class="said warn">Paused by {{paused_by}} {{#paused_at}}{{>time}}{{/paused_at}}: everything is taken in, nothing is sent.{{#paused_note}} “{{paused_note}}”{{/paused_note}}</p>{{/paused}}
        {{#trouble}}<p class="said bad">{{trouble_text}}.</p>{{/trouble}}
        {{#refused}}<p class="said warn">{{refused_count}} deliveries were refused since one was last accepted, the last {{#refused_at}}{{>time}}{{/refused_at}}: {{refused_why}}. {{refused_advice}}</p>{{/refused}}
        """#,
    ]
}
