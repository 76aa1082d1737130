import Screening

/// Why an attempt failed: what, where in the script, where in what was received, and what to do.
enum RunError {
    static func model(_ error: JSON, _ visit: Visit) -> Model {
        var facts = Facts()
        facts.add("Code", error["code"]?.text, isCode: true)
        facts.add("Attempt", error["attempt"]?.integer.map { String($0) })
        facts.add("When", visit.format.time(error["at"]))
        if let script = error["script"]?.text {
            facts.add("Place", error["line"]?.integer.map { "\(script):\($0)" } ?? script, isCode: true)
        }
        facts.add("In the payload", error["path"]?.text, isCode: true)
        facts.add("Expected", error["expected"]?.text)
        facts.add("Found", error["found"]?.text)
        var model: Model = ["error_text": error["message"]?.text ?? "", "facts": facts.items]
        if let hint = error["hint"]?.text { model["hint"] = ["hint_text": hint] as Model }
        let excerpt = (error["excerpt"]?.items ?? []).compactMap(\.text)
        if !excerpt.isEmpty { model["excerpt"] = ["excerpt_text": excerpt.joined(separator: "\n")] as Model }
        return model
    }

    static let templates = [
        "run-error": #"""
        <p class="strong">{{error_text}}</p>
        {{#excerpt}}<pre tabindex="0" aria-label="The script there">{{excerpt_text}}</pre>{{/excerpt}}
        {{>facts}}
        {{#hint}}<p class="note">{{hint_text}}</p>{{/hint}}
        """#
    ]
}
