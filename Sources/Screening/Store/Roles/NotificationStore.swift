/// Who is told of what happens, and what is on its way to them. Notices and deliveries are written by effects: ``Effect/notify(_:)``,
/// ``Effect/delivery(_:)`` and ``Effect/endpoint(_:_:)``.
public protocol NotificationStore: Sendable {
    /// Every endpoint, by name, with its secrets.
    func endpoints() async throws -> [WebhookEndpoint]

    /// An endpoint; nil where there is none.
    func endpoint(_ id: String) async throws -> WebhookEndpoint?

    /// Keeps an endpoint over the version that was read, 0 for a new one: from now on notices of its events are stored. Its health begins anew, and so
    /// calling again is a conflict.
    /// - Throws: ``StoreError/conflict`` where another version stands.
    func keep(_ endpoint: WebhookEndpoint, over version: Int) async throws

    /// Forgets an endpoint and its deliveries. Does nothing where there is none.
    func remove(endpoint id: String) async throws

    /// Says which kinds of notices somebody is told of who has no endpoint, over what was said before; none for nobody any more.
    /// - Parameter subscriber: a name of their own, which no endpoint has.
    func subscribe(_ subscriber: String, to events: WebhookEndpoint.Events) async throws

    /// Those who are told without having an endpoint, by name.
    func subscribers() async throws -> [String]

    /// A notice; nil where there is none.
    func notice(_ id: String) async throws -> Notice?

    /// A delivery; nil where there is none.
    func delivery(_ id: String) async throws -> WebhookDelivery?

    /// An endpoint's deliveries, by age.
    func deliveries(of endpoint: String, _ query: DeliveryQuery, _ page: PageRequest) async throws -> Page<WebhookDelivery>

    /// Forgets notices and deliveries from before a time, and of each endpoint all but the newest `count`; never what is still to be sent. Of many it
    /// forgets a thousand at most. Calling again forgets more.
    func forgetDeliveries(before time: Timestamp, keeping count: Int) async throws
}
