import Pipeline
import Screening

/// What everybody has to know who looks at any page: that the host cannot work, or that nothing leaves it.
struct HostNotice: Sendable {
    /// Why it cannot work; empty where it can.
    private let reasons: [String]
    private let hold: OperatingState.Pause?

    init(_ parts: Dashboard.Parts) async {
        reasons =
            switch await parts.readiness() {
            case .ready: []
            case .failing(let reasons): reasons
            }
        // A store that does not answer is among the reasons.
        hold = try? await parts.store.state(of: .store).pause
    }

    func model(_ visit: Visit) -> Model {
        var model: Model = [:]
        if !reasons.isEmpty { model["unable"] = ["reasons": reasons.map { ["reason": Parts.sentence($0)] as Model }] as Model }
        if let hold { model["held"] = HostNotice.pause(hold, visit) }
        return model
    }

    /// Who stopped something, when and why.
    static func pause(_ pause: OperatingState.Pause, _ visit: Visit) -> Model {
        var model: Model = ["stopped_by": pause.actor.title]
        if let backup = pause.backupAt { model["as_of_backup"] = ["backup_at": Format.absolute(backup)] as Model }
        model["stopped_at"] = visit.format.time(pause.problem.at)
        if visit.may(.readPersonal), let note = pause.note?.value.orNil { model["stopped_note"] = note }
        return model
    }

    static let templates = [
        "host-notice": #"""
        <div id="host-notice" data-live>{{#unable}}<div class="said bad" role="alert"><strong>Not able to work.</strong>{{#reasons}} {{reason}}{{/reasons}}</div>{{/unable}}
        {{#held}}<p class="said warn"><strong>Held</strong> {{>stopped}}: everything is taken in; no order is sent and no ATS is told. {{#as_of_backup}}The store is a backup's of {{backup_at}}: what may have been sent since is looked for. {{/as_of_backup}}<a href="/hold">See what waits, and let it go</a> (<code>fairlead release</code>).</p>{{/held}}</div>
        """#,
        "stopped": #"by {{stopped_by}} {{#stopped_at}}{{>time}}{{/stopped_at}}{{#stopped_note}} (“{{stopped_note}}”){{/stopped_note}}"#,
    ]
}
