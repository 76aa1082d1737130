import Plugins
public import Screening

/// What holds of accounts and connections at one moment: what explanations of events, runs and orders are made with.
public struct Explainer: Sendable {
    let now: Timestamp
    let registry: Registry
    /// Why nothing leaves the store; nil where it is not held.
    let hold: OperatingState.Pause?
    /// Somebody's pauses of connections.
    let connectionPauses: [String: OperatingState.Pause]
    /// Connections whose scripts are kept from running.
    let stoppedScripts: Set<String>

    /// The ATS of a connection, as people call it.
    func atsTitle(_ connection: String?) -> String? { connection.flatMap(registry.connection)?.plugin.manifest.title }

    /// Why a run waits or ended, and what comes next.
    /// - Parameter showsPersonal: whether what scripts and people wrote may be quoted.
    public func explanation(of run: RunSummary, showsPersonal: Bool) -> String {
        let words = Wording(now: now)
        let reason = showsPersonal ? run.reason.map { ": \(Wording.quoted($0))" } ?? "" : ""
        let error = run.failure.map { " (\($0.code))" } ?? ""
        let ended = words.at(run.endedAt ?? now)
        let (id, ats) = (run.id, atsTitle(run.connection) ?? "the ATS")
        switch run.state {
        case .queued:
            if let waiting = waiting(run, words, showsPersonal) { return "Waits for its first attempt: \(waiting)." }
            return "Waits for its turn since \(words.moment(run.createdAt))."
        case .running: return "Is being executed, attempt \(run.attempt)."
        case .waiting:
            if let waiting = waiting(run, words, showsPersonal) { return "Waits: \(waiting)." }
            let next = run.nextAttemptAt.map { "the next is \(words.at(max($0, now)))" } ?? "the next comes by itself"
            let failed = run.lastFailure.map { " \(words.at($0.at))" } ?? ""
            return "Attempt \(max(run.attempt, 1)) did not go through\(failed)\(error)\(reason); \(next)."
        case .done: return run.hook == "on_update" ? "\(ats) was told \(ended).".capitalisedStart : "Done \(ended)."
        case .skipped: return "Skipped \(ended), for there was nothing to do\(reason)."
        case .rejected:
            return "The script rejected \(run.hook == "on_update" ? "the update" : "the request") \(ended)\(reason). Once that is mended: "
                + "fairlead run retry \(id)."
        case .parked:
            return "Waits for a person since \(words.moment(run.endedAt ?? now))\(reason): fairlead run retry \(id), or fairlead run discard \(id)."
        case .dead:
            let again = run.hook.contains("/") ? "the ATS asks again by itself" : "fairlead run retry \(id), or fairlead run discard \(id)"
            let first = run.failure?.code == "script_error" && !run.hook.contains("/") ? "mend the script, then " : ""
            return "Gave up \(ended) after \(attempts(run))\(error)\(reason): \(first)\(again)."
        case .discarded:
            switch run.result?.value["kind"]?.text {
            case "superseded"?: return "Not told, for \(ats) knew of a later change by then (\(ended))."
            case "retry"?: return "Answered \(ended) that \(ats) is to ask again\(reason)."
            case "discarded"?: return "A person decided \(ended) that nothing is to be done\(reason)."
            default:
                guard let code = run.failure?.code, Problem.isBrake(code) else {
                    return "Ended \(ended)\(error)\(reason); \(ats) asks again by itself."
                }
                let why = code == Problem.held ? "the store was held" : "the connection \(run.connection) was paused"
                return "Answered \(ended) that \(ats) is to ask again: \(why)."
            }
        }
    }

    /// What became of an event, and what comes next.
    /// - Parameters:
    ///   - run: the last run that it led to; nil where there is none.
    ///   - showsPersonal: whether what scripts and people wrote may be quoted.
    public func explanation(of event: EventSummary, lastRun run: RunSummary?, showsPersonal: Bool) -> String {
        let words = Wording(now: now)
        let received = "Received \(words.at(event.receivedAt))"
        let problem = event.problem.map { " (\($0.code)" + (showsPersonal ? ": \(Wording.quoted($0.message))" : "") + ")" } ?? ""
        switch event.state {
        case .received: return "\(received), and waits for its turn."
        case .working: return "\(received). " + (run.map { explanation(of: $0, showsPersonal: showsPersonal) } ?? "It is being worked on.")
        case .dead:
            if let run, Run.gaveUp.contains(run.state) { return "\(received). " + explanation(of: run, showsPersonal: showsPersonal) }
            return "\(received), and nothing came of it\(problem): fairlead event replay \(event.id), or fairlead event discard \(event.id)."
        case .done:
            if event.problem?.code == Problem.discarded { return "\(received); a person decided that nothing is to be done about it." }
            if let run { return "\(received). " + explanation(of: run, showsPersonal: showsPersonal) }
            return event.order.map { "\(received), and taken into account: it was about \($0)." } ?? "\(received), and done."
        }
    }

    /// Why a connection sends nothing: the store is held, or somebody paused it.
    func pause(of connection: String) -> OperatingState.Pause? { hold ?? connectionPauses[connection] }

    private func attempts(_ run: RunSummary) -> String { run.attempt <= 1 ? "one attempt" : "\(run.attempt) attempts" }

    private func waiting(_ run: RunSummary, _ words: Wording, _ showsPersonal: Bool) -> String? {
        if let obstacle = pause(of: run.connection)?.obstacle(of: run.connection) {
            return "\(obstacle.reason("", words, showsPersonal: showsPersonal)); \(obstacle.remedy("", words))"
        }
        if stoppedScripts.contains(run.connection) {
            return "the plugin's scripts crashed or went past a limit again and again, and are tried from time to time"
        }
        return nil
    }
}
