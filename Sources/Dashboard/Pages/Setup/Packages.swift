import Screening
import Web

/// What can be ordered from an account, beside how often it was.
enum Packages {
    /// How long the provider may take before the page goes without its list.
    private static let patience = Duration.seconds(3)

    /// - Parameter orders: the account's newest.
    static func model(_ account: String, _ orders: [JSON], _ visit: Visit) async throws -> Model {
        let use = Dictionary(orders.compactMap { order in order["package"]?.text.map { ($0, 1) } }, uniquingKeysWith: +)
        var offered: [(id: String, name: String)] = []
        var problem: String?
        do {
            offered = try await within(patience) { try await visit.get("accounts", account, "packages")["items"]?.items ?? [] }
                .map { ($0["id"]?.text ?? $0["id"]?.string() ?? "", $0["name"]?.text ?? "") }
        } catch let error as ProblemDocument {
            problem = error.detail
        } catch is Slow {
            problem = "the provider did not say within \(patience.components.seconds) seconds"
        }
        let known = Set(offered.map(\.id))
        let strangers = problem == nil ? use.keys.filter { !known.contains($0) }.sorted().map { ($0, "") } : use.keys.sorted().map { ($0, "") }
        let rows =
            offered.map { row($0.id, $0.name, use[$0.id] ?? 0, isOffered: true) }
            + strangers.map { row($0.0, $0.1, use[$0.0] ?? 0, isOffered: problem != nil) }
        var model: Model = [
            "package_rows": rows, "has_packages": !rows.isEmpty,
        ]
        if !orders.isEmpty { model["looked"] = orders.count == 1 ? "by the newest order" : "by the newest \(Format.number(orders.count)) orders" }
        if let problem { model["no_list"] = ["why_none": Parts.sentence(problem)] as Model }
        return model
    }

    private static func row(_ id: String, _ name: String, _ count: Int, isOffered: Bool) -> Model {
        ["package": id, "package_name": name, "package_use": Format.number(count), "is_stranger": !isOffered]
    }

    private struct Slow: Error {}

    private static func within<Value: Sendable>(_ patience: Duration, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: patience)
                throw Slow()
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw Slow() }
            return value
        }
    }

    static let templates = [
        "packages": #"""
        <section class="card list"><header><h2>Packages</h2>{{#looked}}<span class="soft small">with how often each was asked for, {{looked}}</span>{{/looked}}</header>
        {{#no_list}}<p class="said warn">There is no list. {{why_none}}</p>{{/no_list}}
        {{#has_packages}}<table class="cards"><caption class="sr">Packages</caption><thead><tr><th scope="col">Package</th><th scope="col">Name</th><th scope="col" class="right">Orders</th></tr></thead><tbody>
        {{#package_rows}}<tr><td data-label="Package"><code>{{package}}</code>{{#is_stranger}} <span class="chip warn">not offered</span>{{/is_stranger}}</td><td data-label="Name">{{package_name}}</td><td data-label="Orders" class="right number">{{package_use}}</td></tr>{{/package_rows}}</tbody></table>{{/has_packages}}
        {{^has_packages}}<p class="soft">None is known.</p>{{/has_packages}}</section>
        """#
    ]
}
