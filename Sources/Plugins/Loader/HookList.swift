import Foundation
import Screening

/// What a connection's scripts offer, as the scripts themselves said when they were loaded.
public struct HookList: Sendable, Equatable {
    /// The hooks that are not routes, such as `on_event`.
    public let hooks: Set<String>
    public let routes: [Route]

    /// A route of a script: `POST /assessments/{id}`.
    public struct Route: Sendable, Equatable {
        /// As the script wrote it; the run's `hook`.
        public let key: String
        package let method: String
        let parts: [Substring]

        package init?(_ key: String) {
            let words = key.split(separator: " ")
            guard words.count == 2, words[1].hasPrefix("/") else { return nil }
            self.key = key
            method = String(words[0])
            parts = words[1].split(separator: "/", omittingEmptySubsequences: true)
        }

        /// The path parameters of a request that this route answers; nil when the route does not match.
        package func parameters(method: String, path: String) -> [String: String]? {
            guard method == self.method else { return nil }
            let given = path.split(separator: "/", omittingEmptySubsequences: true)
            guard given.count == parts.count else { return nil }
            var parameters: [String: String] = [:]
            for (part, value) in zip(parts, given) {
                if part.hasPrefix("{"), part.hasSuffix("}") {
                    parameters[String(part.dropFirst().dropLast())] = value.removingPercentEncoding ?? String(value)
                } else if part != value {
                    return nil
                }
            }
            return parameters
        }
    }

    /// A list from what the prelude's `describe` gave.
    init(json: JSON) {
        hooks = Set((json["hooks"]?.items ?? []).compactMap(\.text))
        routes = (json["routes"]?.items ?? []).compactMap(\.text).compactMap(Route.init)
    }

    /// The route that answers a request, with the path's parameters; nil where none does.
    public func route(method: String, path: String) -> (route: Route, parameters: [String: String])? {
        for route in routes {
            if let parameters = route.parameters(method: method, path: path) { return (route, parameters) }
        }
        return nil
    }
}
