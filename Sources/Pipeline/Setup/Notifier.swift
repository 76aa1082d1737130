public import Screening

/// A plugin of kind `notifier` in use: its script is run for every notice that it is told of.
public struct Notifier: Sendable {
    /// Its name in the settings.
    public let id: String
    /// Its plugin with secrets, settings and scripts, as a connection that nothing comes in by and nothing is ordered on. Its name begins with
    /// ``Notifier/prefix``, which no connection's does.
    public let connection: Connection
    /// What it is told of.
    public let events: WebhookEndpoint.Events

    /// What the names of notifiers' connections begin with.
    public static let prefix = "notifier:"

    public init(id: String, connection: Connection, events: WebhookEndpoint.Events) {
        self.id = id
        self.connection = connection
        self.events = events
    }

    /// The hook that is run.
    static let hook = "on_notification"

    /// The concurrency key of what it is told about one thing.
    func concurrencyKey(about subject: String) -> String { "\(connection.id):\(subject)" }
}
