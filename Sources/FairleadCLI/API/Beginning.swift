import ArgumentParser
import FairleadTools
import Screening

extension HostOptions {
    /// Asks for one thing by its identifier or by the beginning of it, where nothing else begins so.
    /// - Parameters:
    ///   - list: where things of its kind are listed.
    ///   - more: what follows the identifier in the path.
    /// - Throws: ``APIProblem`` where nothing begins so; ``CommandFailure`` where several things do.
    func one(_ list: String, _ id: String, _ more: [String] = []) async throws -> APIClient.Response {
        try await ask { client in
            do { return try await client.get([list, id] + more) } catch let problem as APIProblem where problem.status == 404 {
                guard let whole = try await HostOptions.whole(id, in: list, client) else { throw problem }
                return try await client.get([list, whole] + more)
            }
        }
    }

    /// The identifier that begins so; nil where none does.
    static func whole(_ beginning: String, in list: String, _ client: APIClient) async throws -> String? {
        guard beginning.count >= 3 else { return nil }
        // The lists that find identifiers by their beginning; the others are short.
        let isSearched = ["orders", "events", "runs"].contains(list)
        var query = [(name: String, value: String)]()
        if isSearched { query = [("q", beginning), ("limit", "20")] } else if list == "issues" { query = [("limit", "200")] }
        let found = try? await client.get([list], query: query)
        let ids = (found?.json["items"]?.items ?? []).compactMap { $0["id"]?.text }.filter { $0.hasPrefix(beginning) }
        guard let first = ids.first else { return nil }
        guard ids.count == 1 else {
            let some = ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? " and others" : "")
            throw CommandFailure("\(beginning) begins several: \(some). Give more of it.")
        }
        return first
    }
}

/// Words of which an option takes some.
enum KnownWords {
    /// Holds that every word is known: a misspelt one must not look like an empty list.
    /// - Throws: a wrong usage that names the nearest word.
    static func check(_ given: [String], among known: [String], of option: String) throws {
        for word in given where !known.contains(word) {
            let near = suggestion(for: word, among: known).map { " Did you mean \($0)?" } ?? ""
            throw ValidationError("\(option) takes one of \(known.joined(separator: ", ")), not \(word).\(near)")
        }
    }

    /// The words of a type.
    static func of<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> [String] { Word.allCases.map(\.rawValue) }
}
