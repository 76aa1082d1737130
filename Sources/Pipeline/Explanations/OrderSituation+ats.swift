import Screening

// What the ATS was told of an order, and what it was not.
extension OrderVoice {
    private var ats: String { situation.atsTitle ?? "the ATS" }

    /// What the ATS was told last; nil where it was told nothing. Without a capital and the full stop.
    var told: String? {
        guard let told = situation.ats.told, let at = situation.ats.toldAt else {
            guard !situation.isTold, order.state.isReported else { return nil }
            return "\(ats) is told nothing, for the connection's scripts have no on_update"
        }
        let what = told == order.state ? "" : " of \(told.words)"
        return "\(ats) was told\(what) \(words.at(at, said: situation.stateSince))"
    }

    /// What it is not told yet, and why; nil where nothing is left to tell.
    var pending: String? {
        guard let state = situation.ats.pending else { return nil }
        let what = "\(ats.capitalisedStart) has not been told of \(state.words) yet"
        if let pause = situation.connectionPause {
            let obstacle = pause.obstacle(of: order.connection)
            return "\(what), for \(obstacle.reason(order.provider, words, showsPersonal: showsPersonal)); \(obstacle.remedy("", words))"
        }
        guard let run = situation.pendingRun else { return what }
        let error = situation.ats.error
        let why = error.map { " (\($0.code)" + (showsPersonal ? ": \(Wording.quoted($0.message))" : "") + ")" } ?? ""
        if Run.gaveUp.contains(run.state) {
            return "\(ats.capitalisedStart) was not told of \(state.words): the run gave up\(why). To tell it again: fairlead run retry \(run.id); "
                + "to leave it: fairlead run discard \(run.id)"
        }
        if let next = run.nextAttemptAt, error != nil { return "\(what)\(why): the next attempt is \(words.at(max(next, situation.now)))" }
        return "\(ats.capitalisedStart) is being told of \(state.words)"
    }
}

extension OrderState {
    /// The state as people say it.
    var words: String { rawValue.replacing("_", with: " ") }
}
