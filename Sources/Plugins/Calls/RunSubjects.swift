public import Screening

/// What a run was about, as far as its script named it: so that a delivery is found which never became an order.
public struct RunSubjects: Sendable, Equatable {
    /// The external ids that it named, in their order.
    public private(set) var externalIDs: [String] = []
    /// Names, addresses and numbers of people for whom it placed no order.
    public private(set) var people: Personal<[String]> = Personal([])
    private var placed: Set<String> = []

    public init() {}

    /// The texts that the run is to be found by: nothing of orders that it placed, which are found themselves.
    public var texts: Personal<[String]> {
        Personal(externalIDs.filter { !placed.contains($0) } + (placed.isEmpty ? people.value : []))
    }

    mutating func add(_ step: Step) {
        let (arguments, value) = (step.request.value, step.reply?.value["value"])
        switch step.kind {
        case "orders.place":
            let isPlaced = value?["id"]?.text != nil
            add(arguments, isPlaced: isPlaced)
        case "orders.find": add(["external_id": arguments["external_id"] ?? .null])
        case "orders.get": add(["external_id": value?["external_id"] ?? .null])
        default: break
        }
    }

    /// Takes what names an order: `{external_id, candidate}`.
    mutating func add(_ named: JSON, isPlaced: Bool = false) {
        if let externalID = named["external_id"]?.identifier, !externalID.isEmpty, externalID.utf8.count <= 200 {
            if !externalIDs.contains(externalID), externalIDs.count < Self.most { externalIDs.append(externalID) }
            if isPlaced { placed.insert(externalID) }
        }
        for name in ["name", "first_name", "last_name", "email", "phone"] {
            guard let text = named["candidate"]?[name]?.text, !text.isEmpty, text.utf8.count <= 200, people.value.count < Self.most else { continue }
            if !people.value.contains(text) { people = Personal(people.value + [text]) }
        }
    }

    private static let most = 20
}
