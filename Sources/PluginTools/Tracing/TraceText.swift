public import Plugins
public import Screening

extension ScriptTrace {
    /// The lines as they ran, each with the locals that it changed. Shows whatever the payload holds.
    /// - Parameter scripts: where the lines' text is taken from.
    public func text(of scripts: ConnectionScripts) -> String {
        let lines = shownLines
        var out: [String] = []
        for (index, line) in lines.enumerated() {
            let text = scripts.lines(of: line.script).flatMap { $0.indices.contains(line.line - 1) ? $0[line.line - 1] : nil } ?? ""
            out.append("\(line.script):\(line.line)  \(text)")
            for (name, value) in ScriptTrace.changes(index, in: lines) { out.append("      \(name) = \(value)") }
        }
        if dropped > 0 { out.append("… and \(dropped) lines more") }
        return out.joined(separator: "\n")
    }

    /// `[{script, line, depth, locals}]`, the locals as they were after the line where that is known.
    public var json: JSON {
        let lines = shownLines
        return .array(
            lines.enumerated().map { index, line in
                let locals = ScriptTrace.changes(index, in: lines).map { ($0.name, JSON.string($0.value)) }
                return [
                    "script": .string(line.script), "line": .int(Int64(line.line)), "depth": .int(Int64(line.depth)),
                    "changed": .object(JSON.Members(Dictionary(locals) { $1 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })),
                ]
            }
        )
    }

    /// The lines of functions; those of a file's top level, which only declare them, where nothing else ran.
    private var shownLines: [Line] {
        let lines = lines
        let inside = lines.filter { $0.function > 0 }
        return inside.isEmpty ? lines : inside
    }

    /// The locals that a line changed: those that differ when the same call reaches its next line. A call's first line also shows its arguments.
    private static func changes(_ index: Int, in lines: [Line]) -> [(name: String, value: String)] {
        let line = lines[index]
        let isFirst = lines[..<index].last { $0.depth <= line.depth }.map { !$0.isBeside(line) } ?? true
        let next = lines[(index + 1)...].prefix { $0.depth >= line.depth }.first { $0.isBeside(line) }
        var found = isFirst ? line.locals : []
        for (place, local) in (next?.locals ?? []).enumerated() {
            if line.locals.indices.contains(place), line.locals[place].name == local.name, line.locals[place].value == local.value { continue }
            found.append(local)
        }
        return found
    }
}
