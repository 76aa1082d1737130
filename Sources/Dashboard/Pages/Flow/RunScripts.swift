import Pipeline
import Screening

/// The scripts that a run began on, beside its steps, and how they differ from those of today.
struct RunScripts {
    /// Those that it began on; nil where they are not kept any more, or the viewer may not see them.
    private let own: ScriptSources?
    private let present: ScriptSources?
    private let isVisible: Bool

    init(_ run: JSON, _ visit: Visit) async throws {
        // What an integrator writes into a script is not known: it takes what the settings of a connection take.
        isVisible = visit.may(.readPersonal) || visit.may(.operate) || visit.may(.admin)
        guard isVisible else {
            (own, present) = (nil, nil)
            return
        }
        present = visit.site.parts.registry.scripted(run["connection"]?.text ?? "")?.sources
        let version = run["script"]?.text ?? ""
        if let present, present.id == version {
            own = present
        } else {
            own = try await visit.site.parts.store.scriptVersion(version).flatMap { ScriptSources($0) }
        }
    }

    /// The line that made a step, with the way to it where the script is shown; nil where it is not known.
    func link(_ step: JSON) -> Model? {
        guard let line = Line(step["script"], step["line"]) else { return nil }
        let text = "\(line.file):\(line.number)"
        guard own?.file(line.file) != nil else { return ["place_text": text] }
        return ["place_link": ["place": text, "place_href": "#" + anchor(line)] as Model]
    }

    /// A line of a file.
    private struct Line: Hashable {
        let file: String
        /// From 1.
        let number: Int

        init(_ file: String, _ number: Int) { (self.file, self.number) = (file, number) }

        init?(_ file: JSON?, _ number: JSON?) {
            guard let file = file?.text, let number = number?.integer else { return nil }
            self.init(file, Int(clamping: number))
        }
    }

    private func anchor(_ line: Line) -> String { "line-\(own?.files.firstIndex { $0.name == line.file } ?? 0)-\(line.number)" }

    func model(_ steps: [JSON], error: JSON?, _ connection: String) -> Model? {
        guard isVisible else { return nil }
        guard let own else {
            guard let present else { return nil }
            let version = present.id.prefix(12)
            return ["version": String(version), "is_gone": true, "files": [Model](), "shadow": shadow(connection)]
        }
        var marks: [Line: [String]] = [:]
        for step in steps {
            if let line = Line(step["script"], step["line"]) { marks[line, default: []].append(String(step["n"]?.integer ?? 0)) }
        }
        let failed = Line(error?["script"], error?["line"])
        let files = own.files.map { file -> Model in
            let isShown = failed?.file == file.name || marks.keys.contains { $0.file == file.name }
            return [
                "file": file.name, "is_shown": isShown,
                "lines": shown(file.lines).enumerated().map { index, text -> Model in
                    let place = Line(file.name, index + 1)
                    return [
                        "number": String(index + 1), "code": text, "anchor": anchor(place), "is_failed": failed == place,
                        "made": marks[place].map { ($0.count == 1 ? "step " : "steps ") + $0.joined(separator: ", ") } ?? "",
                    ]
                },
            ]
        }
        var model: Model = ["version": String(own.id.prefix(12)), "files": files, "is_present": present?.id == own.id, "shadow": shadow(connection)]
        if let present, present.id != own.id { model["difference"] = difference(own, present) }
        return model
    }

    /// What stands behind the last line break is no line.
    private func shown(_ lines: [String]) -> [String] { lines.last == "" ? Array(lines.dropLast()) : lines }

    private func shadow(_ connection: String) -> String { "fairlead shadow \(connection) --script FILE --last 50" }

    private func difference(_ own: ScriptSources, _ present: ScriptSources) -> Model {
        let names = (own.files + present.files).map(\.name).unique
        let changed = names.compactMap { name -> Model? in
            let (before, after) = (own.file(name)?.lines ?? [], present.file(name)?.lines ?? [])
            guard before != after else { return nil }
            guard let difference = LineDifference(before, after) else { return ["changed_file": name, "parts": [Model](), "is_long": true] }
            return [
                "changed_file": name,
                "parts": difference.parts.map { part -> Model in
                    [
                        "part": part.map { line -> Model in
                            let mark = line.side == .both ? " " : line.side == .before ? "−" : "+"
                            return [
                                "side": line.side.rawValue, "mark_sign": mark, "code": line.text,
                                "number": (line.after ?? line.before).map { String($0) } ?? "",
                                "said_side": line.side == .before ? "taken out: " : line.side == .after ? "put in: " : "",
                            ]
                        }
                    ]
                },
            ]
        }
        return ["changed": changed, "only_settings": changed.isEmpty, "present_version": String(present.id.prefix(12))]
    }

    static let templates = [
        "run-scripts": #"""
        <section class="card stack"><header><h2>The script</h2><span class="soft small">version <code>{{version}}</code>{{#is_present}}, as it is today{{/is_present}}</span></header>
        {{#is_gone}}<p>The version that this run began on is not kept any more. A retry goes on with today's, <code>{{version}}</code>.</p>{{/is_gone}}
        {{#difference}}<div class="stack"><h3>What is different today (<code>{{present_version}}</code>)</h3>
        {{#only_settings}}<p>The files are the same; the connection's settings have changed.</p>{{/only_settings}}
        {{#changed}}<p class="mono">{{changed_file}}</p>{{#is_long}}<p class="soft">Too long to be compared here.</p>{{/is_long}}
        {{#parts}}<ol class="source" tabindex="0" aria-label="Changed lines of {{changed_file}}">{{#part}}<li class="{{side}}"><span class="line-number" aria-hidden="true">{{number}}</span><span class="sign" aria-hidden="true">{{mark_sign}}</span><span class="sr">{{said_side}}</span><code>{{code}}</code></li>{{/part}}</ol>{{/parts}}{{/changed}}
        <p class="small soft">What it would do with this run, without sending anything: <code>{{shadow}}</code></p></div>{{/difference}}
        {{#files}}<details id="file-{{file}}"{{#is_shown}} open{{/is_shown}}><summary><code>{{file}}</code></summary>
        <ol class="source" tabindex="0" aria-label="{{file}}">{{#lines}}<li id="{{anchor}}"{{#is_failed}} class="failed"{{/is_failed}}><span class="line-number">{{number}}</span><code>{{code}}</code>{{#is_failed}}<span class="chip bad">failed here</span>{{/is_failed}}<span class="made soft">{{made}}</span></li>
        {{/lines}}</ol></details>{{/files}}
        </section>
        """#
    ]
}
