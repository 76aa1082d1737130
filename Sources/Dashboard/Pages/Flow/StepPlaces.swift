import Pipeline
import Screening

/// Where in a run's scripts its steps may have been made. What made a step is not recorded: a line is named where it makes a call of that kind.
struct StepPlaces {
    /// A line of a file, from 1.
    struct Place: Hashable {
        let file: String
        let line: Int
    }

    private let calls: [(place: Place, text: String)]

    init(_ sources: ScriptSources) {
        calls = sources.files.flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                let code = line.drop(while: \.isWhitespace)
                return code.hasPrefix("--") || !code.contains(".") ? nil : (Place(file: file.name, line: index + 1), String(code))
            }
        }
    }

    /// The lines that make a call of a step's kind.
    /// - Parameters:
    ///   - kind: such as `http` or `orders.place`.
    ///   - method: the request's method, where it may be seen.
    func places(_ kind: String, method: String?) -> [Place] {
        let names = kind == "http" ? StepPlaces.names(method) : [kind]
        return calls.filter { call in names.contains { StepPlaces.calls($0, call.text) } }.map(\.place)
    }

    private static func names(_ method: String?) -> [String] {
        let all = ["get", "post", "put", "patch", "delete"]
        return ["http.request"] + (method.map { [$0.lowercased()] } ?? all).map { "http." + $0 }
    }

    /// Whether a line has a name with an argument behind it.
    private static func calls(_ name: String, _ line: String) -> Bool {
        var rest = line[...]
        while let found = rest.firstRange(of: name) {
            let next = rest[found.upperBound...].drop { $0 == " " }.first
            if next == "(" || next == "{" { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }
}
