import Screening

/// What is left to set up, ticked by what was seen to work.
enum SetupChecks {
    private enum Mark {
        case done, failed, open
    }

    private static func check(_ mark: Mark, _ title: String, _ text: String) -> Model {
        var model: Model = [
            "check_title": title, "sign": mark == .done ? "✓" : mark == .failed ? "✗" : "·",
            "check_tone": mark == .done ? "good" : mark == .failed ? "bad" : "plain",
            "spoken": mark == .done ? "done: " : mark == .failed ? "wrong: " : "not yet: ",
        ]
        model["check_text"] = text.orNil
        return model
    }

    /// Of a connection, as the API shows it, with its newest orders.
    static func connection(_ shown: JSON, _ orders: [JSON], _ visit: Visit) -> [Model] {
        let heard = Format.timestamp(shown["last_heard_at"])
        let refused = shown["last_refused"].flatMap { $0.isNull ? nil : $0 }
        let refusals = refused?["count"]?.integer ?? 0
        var checks: [Model] = []
        if let heard {
            checks.append(check(.done, "The ATS reaches this host", "last \(visit.format.relative(heard))"))
        } else if refused != nil {
            checks.append(check(.done, "The ATS reaches this host", "what came was refused"))
        } else {
            checks.append(check(.open, "The ATS reaches this host", "nothing came yet: copy an address from below into the ATS"))
        }
        if refusals > 0 {
            checks.append(
                check(.failed, "Its deliveries are accepted", "\(Format.number(Int(refusals))) refused: \(Contact.why(refused?["reason"]?.text))")
            )
        } else {
            checks.append(
                heard == nil ? check(.open, "Its deliveries are accepted", "not seen yet") : check(.done, "Its deliveries are accepted", "")
            )
        }
        let taken = orders.filter { $0["provider_ref"]?.text != nil }.count
        if taken > 0 {
            checks.append(
                check(
                    .done,
                    "Its packages are known",
                    orders.count == 1 ? "the provider took the newest order" : "the provider took \(taken) of the newest \(orders.count) orders"
                )
            )
        } else {
            let refused = orders.contains { $0["state"]?.text == "refused" }
            checks.append(
                refused
                    ? check(.failed, "Its packages are known", "the provider refused the newest orders; an order's page says why")
                    : check(.open, "Its packages are known", orders.isEmpty ? "no order yet" : "no order was taken yet")
            )
        }
        let told = orders.contains { $0["ats"]?["told"]?.text != nil }
        let untold = orders.first { $0["ats"]?["error"].map { !$0.isNull } ?? false }
        if let untold {
            checks.append(check(.failed, "The ATS takes answers", untold["ats"]?["error"]?["code"]?.text ?? "it did not take the newest"))
        } else {
            checks.append(told ? check(.done, "The ATS takes answers", "") : check(.open, "The ATS takes answers", "it was told nothing yet"))
        }
        return checks
    }

    /// Whether the key of an account that a connection orders from is taken.
    static func key(of account: JSON, _ known: Contact.Known) -> Model {
        let title = "\(account["id"]?.text ?? "") takes orders"
        let isPaused = account["paused"].map { !$0.isNull } ?? false
        if let problem = account["problem"], !problem.isNull, !isPaused || Contact.isStoppedByHost(account) {
            return check(.failed, title, problem["message"]?.text ?? "")
        }
        if isPaused { return check(.open, title, "it is paused") }
        let untried = known.untried(account, isAccount: true)
        return check(untried == nil ? .done : .open, title, untried ?? "")
    }

    /// Of an account, as the API shows it, with its newest orders.
    /// - Parameter isListed: whether the provider said within the last five minutes what can be ordered: for so long its list is kept.
    static func account(_ shown: JSON, _ orders: [JSON], isListed: Bool, _ visit: Visit) -> [Model] {
        let problem = shown["problem"].flatMap { $0.isNull ? nil : $0 }
        let taken = orders.contains { $0["provider_ref"]?.text != nil }
        let isPaused = shown["paused"].map { !$0.isNull } ?? false
        var checks: [Model] = []
        if let problem, !isPaused || Contact.isStoppedByHost(shown) {
            checks.append(check(.failed, "The provider takes the key", problem["message"]?.text ?? ""))
        } else {
            checks.append(
                taken || isListed
                    ? check(.done, "The provider takes the key", isListed ? "it listed its packages within the last five minutes" : "")
                    : check(.open, "The provider takes the key", "not seen yet: check it now")
            )
        }
        checks.append(taken ? check(.done, "It took an order", "") : check(.open, "It took an order", "none was sent yet"))
        guard shown["capabilities"]?["webhooks"]?.boolean ?? true else { return checks }
        if let heard = Format.timestamp(shown["last_heard_at"]) {
            checks.append(check(.done, "Its webhooks arrive", "last \(visit.format.relative(heard))"))
        } else if let refused = shown["last_refused"], !refused.isNull {
            checks.append(check(.failed, "Its webhooks arrive", "refused: \(Contact.why(refused["reason"]?.text))"))
        } else {
            checks.append(
                check(
                    .open,
                    "Its webhooks arrive",
                    visit.site.parts.publicURL == nil ? "server.public_url is not set: it is read instead" : "none yet"
                )
            )
        }
        return checks
    }

    static let templates = [
        "setup-checks": #"""
        <ul class="checks">{{#checks}}<li><span class="chip {{check_tone}}" aria-hidden="true">{{sign}}</span> <span><span class="sr">{{spoken}}</span><span class="strong">{{check_title}}</span>{{#check_text}} <span class="soft">{{check_text}}</span>{{/check_text}}</span></li>{{/checks}}</ul>
        """#
    ]
}
