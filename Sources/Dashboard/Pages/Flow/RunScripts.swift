import Pipeline
import Screening

/// The scripts that a run began on, beside its steps, and how they differ from those of today.
struct RunScripts {
    /// Those that it began on; nil where they are not kept any more, or the viewer may not see them.
    private let own: ScriptSources?
    private let present: ScriptSources?
    private let places: StepPlaces?
    private let isVisible: Bool

    init(_ run: JSON, _ visit: Visit) async throws {
        // What an integrator writes into a script is not known: it takes what the settings of a connection take.
        isVisible = visit.may(.readPersonal) || visit.may(.operate) || visit.may(.admin)
        guard isVisible else {
            (own, present, places) = (nil, nil, nil)
            return
        }
        present = visit.site.parts.registry.scripted(run["connection"]?.text ?? "")?.sources
        let version = run["script"]?.text ?? ""
        if let present, present.id == version {
            own = present
        } else {
            own = try await visit.site.parts.store.scriptVersion(version).flatMap { ScriptSources($0) }
        }
        places = own.map { StepPlaces($0) }
    }

    /// The lines that may have made a step, at most three.
    func links(_ kind: String, _ request: JSON?) -> [Model] {
        let found = places?.places(kind, method: request?["method"]?.text) ?? []
        guard found.count <= 3 else { return [] }
        return found.map { ["place": "\($0.file):\($0.line)", "place_href": "#" + anchor($0)] as Model }
    }

    private func anchor(_ place: StepPlaces.Place) -> String {
        "line-\(own?.files.firstIndex { $0.name == place.file } ?? 0)-\(place.line)"
    }

    func model(_ steps: [JSON], error: JSON?, _ connection: String) -> Model? {
        guard isVisible else { return nil }
        guard let own else {
            guard let present else { return nil }
            let version = present.id.prefix(12)
            return ["version": String(version), "is_gone": true, "files": [Model](), "shadow": shadow(connection)]
        }
        var marks: [StepPlaces.Place: [String]] = [:]
        for step in steps {
            let kind = step["kind"]?.text ?? ""
            let found = places?.places(kind, method: step["request"]?["method"]?.text) ?? []
            if found.count == 1 { marks[found[0], default: []].append(String(step["n"]?.integer ?? 0)) }
        }
        let failed = error?["script"]?.text.flatMap { script in
            error?["line"]?.integer.map { StepPlaces.Place(file: script, line: Int(clamping: $0)) }
        }
        let files = own.files.map { file -> Model in
            let isShown = failed?.file == file.name || marks.keys.contains { $0.file == file.name }
            return [
                "file": file.name, "is_shown": isShown,
                "lines": file.lines.enumerated().map { index, text -> Model in
                    let place = StepPlaces.Place(file: file.name, line: index + 1)
                    return [
                        "number": String(index + 1), "code": text, "anchor": anchor(place), "is_failed": failed == place,
                        "made": marks[place].map { "step " + $0.joined(separator: ", ") } ?? "",
                    ]
                },
            ]
        }
        var model: Model = ["version": String(own.id.prefix(12)), "files": files, "is_present": present?.id == own.id, "shadow": shadow(connection)]
        if let present, present.id != own.id { model["difference"] = difference(own, present) }
        return model
    }

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
