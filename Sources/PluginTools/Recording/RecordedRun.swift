import Plugins
package import Screening

/// A run of a real host, as the API gives it to somebody who may read personal data: what its hook was called with, and the journal of its steps.
package struct RecordedRun: Sendable {
    package let id: String
    /// The event that led to it; nil where there is none.
    package let event: String?
    package let hook: String
    package let input: JSON
    /// What it asked for, and what it was answered.
    package let steps: [FixtureStep]
    package let createdAt: Timestamp

    /// Reads a run of the API's; nil where its input is not there: not to be seen with the token, or erased.
    package init?(json: JSON) {
        guard let id = json["id"]?.text, let hook = json["hook"]?.text, let input = json["input"], input.members != nil else { return nil }
        self.id = id
        self.hook = hook
        self.input = input
        event = json["event"]?.text
        createdAt = json["created_at"]?.text.flatMap { Timestamp(iso8601: $0) } ?? Fixture.defaultNow
        steps = (json["steps"]?.items ?? []).compactMap(FixtureStep.init(journal:))
    }

    /// The same as a fixture: every call is answered as it was.
    package var fixture: Fixture {
        var fixture = Fixture(name: id, hook: hook, input: input)
        fixture.now = createdAt
        fixture.steps = steps
        return fixture
    }
}

extension FixtureStep {
    /// A step of a journal; nil where it was not answered.
    init?(journal step: JSON) {
        guard let kind = step["kind"]?.text, let reply = step["reply"], !reply.isNull else { return nil }
        var arguments = step["request"] ?? [:]
        let name = FixtureStep.name(of: kind, arguments)
        // How the host inserted secrets, and the method that the name already gives, are not the script's arguments.
        arguments["secrets"] = nil
        if kind == "http" { arguments["method"] = nil }
        if let error = reply["error"], !error.isNull {
            let message = error["message"]?.text ?? error.text ?? "refused"
            self.init(name, arguments, answer: .error(HostCallError(error["code"]?.text ?? "refused", message, path: error["path"]?.text)))
        } else {
            self.init(name, arguments, answer: .reply(reply["value"] ?? .null))
        }
    }
}
