/// Something that others are told of: the message of an outgoing webhook, and what a notifier plugin is called with. It holds identifiers, states and texts,
/// and never personal data. (Foundation has taken the name `Notification`.)
///
/// Written by ``Effect/notify(_:)`` in the transaction of what it tells, and only where somebody is told of its type.
public struct Notice: Sendable, Equatable {
    /// What happened.
    public enum Kind: String, Sendable, CaseIterable {
        case orderCreated = "order.created"
        /// An order's state or outcome became another.
        case orderUpdated = "order.updated"
        /// A run or an event that the host does nothing more about by itself.
        case deadLetter = "dead_letter"
        case issueOpened = "issue.opened"
        case issueReopened = "issue.reopened"
        case issueResolved = "issue.resolved"
        /// An endpoint has failed for a day; it is disabled if that goes on.
        case webhookFailing = "webhook.failing"
        case webhookRecovered = "webhook.recovered"
        /// The host disabled an endpoint.
        case webhookDisabled = "webhook.disabled"
        /// Somebody asked for a trial; only the endpoint in question is told.
        case test
    }

    /// `ntf_…`, without a dot. What is told of the same change twice has the same identifier, and is stored once.
    public let id: String
    public let kind: Kind
    public let at: Timestamp
    /// The order that it is about; nil where it is about none.
    public let order: String?
    /// The issue that it is about; nil where it is about none.
    public let issue: String?
    /// Whose it is; nil for the host's own.
    public let connection: String?
    public let account: String?
    /// What is told.
    public let data: JSON
    /// The one endpoint that is told; nil for everybody who is told of its kind.
    public let addressee: String?

    /// A notice about something.
    /// - Parameter mark: tells several notices about the same thing apart: an order's version, a time in milliseconds.
    public init(
        _ kind: Kind,
        about subject: String,
        _ mark: Int64,
        at: Timestamp,
        order: String? = nil,
        issue: String? = nil,
        connection: String? = nil,
        account: String? = nil,
        data: JSON,
        addressee: String? = nil
    ) {
        let about = String(subject.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") ? $0 : "_" })
        self.init(
            id: "ntf_\(about)_\(mark)\(Self.ending(kind))",
            kind,
            at: at,
            order: order,
            issue: issue,
            connection: connection,
            account: account,
            data: data,
            addressee: addressee
        )
    }

    /// A notice from its stored parts.
    package init(
        id: String,
        _ kind: Kind,
        at: Timestamp,
        order: String?,
        issue: String?,
        connection: String?,
        account: String?,
        data: JSON,
        addressee: String?
    ) {
        self.id = id
        self.kind = kind
        self.at = at
        self.order = order
        self.issue = issue
        self.connection = connection
        self.account = account
        self.data = data
        self.addressee = addressee
    }

    /// Two kinds may tell of one thing at one moment.
    private static func ending(_ kind: Kind) -> String { "_" + (kind.rawValue.split(separator: ".").last ?? "") }

    /// What it is about: notices about the same are told in the order in which they were written.
    public var subject: String { order ?? issue ?? id }

    /// The work of giving it to everybody who is told of it.
    public func distribution(due: Timestamp) -> QueuedWork {
        QueuedWork(.notice(id), concurrencyKey: Self.concurrencyKey(about: subject), due: due)
    }

    /// The concurrency key of giving out notices about something.
    static func concurrencyKey(about subject: String) -> String { "notices:" + subject }
}

extension Notice {
    /// An order was placed.
    public static func created(_ order: Order) -> Notice { about(order, .orderCreated, at: order.createdAt, data: data(of: order)) }

    /// An order's state or outcome became another.
    public static func updated(_ update: Update, at timestamp: Timestamp) -> Notice {
        var data = data(of: update.order)
        data["previous"] = ["state": .string(update.previous.state.rawValue), "outcome": JSON(update.previous.outcome?.rawValue)]
        data["cause"] = .string(update.cause.rawValue)
        return about(update.order, .orderUpdated, at: timestamp, data: data)
    }

    private static func about(_ order: Order, _ kind: Kind, at timestamp: Timestamp, data: JSON) -> Notice {
        Notice(
            kind,
            about: order.id,
            Int64(order.version),
            at: timestamp,
            order: order.id,
            connection: order.connection,
            account: order.account,
            data: data
        )
    }

    /// Nothing that a person, an ATS or a provider wrote: who may know more asks the API for the order.
    private static func data(of order: Order) -> JSON {
        [
            "order": .string(order.id), "connection": .string(order.connection), "account": .string(order.account),
            "provider": .string(order.provider), "state": .string(order.state.rawValue), "outcome": JSON(order.outcome?.rawValue),
            "waiting_on": JSON(order.waitingOn?.rawValue), "problem": JSON(order.status.problem?.code), "sequence": .int(Int64(order.version)),
        ]
    }

    /// A run or an event became a dead letter.
    /// - Parameter connection: nil where that is not known.
    static func deadLetter(
        run: String?,
        event: String?,
        order: String?,
        connection: String?,
        hook: String?,
        state: String,
        code: String?,
        at timestamp: Timestamp
    ) -> Notice {
        Notice(
            .deadLetter,
            about: run ?? event ?? "",
            timestamp.milliseconds,
            at: timestamp,
            order: order,
            connection: connection,
            data: [
                "run": JSON(run), "event": JSON(event), "order": JSON(order), "connection": JSON(connection), "hook": JSON(hook),
                "state": .string(state), "code": JSON(code),
            ]
        )
    }

    /// The notices of dead letters that effects make: one for a run with its event.
    package static func deadLetters(in effects: [Effect], at timestamp: Timestamp) -> [Notice] {
        var (notices, events): ([Notice], Set<String>) = ([], [])
        for effect in effects {
            switch effect {
            case .run(let run) where run.state == .dead || run.state == .parked:
                if let event = run.event { events.insert(event) }
                notices.append(
                    deadLetter(
                        run: run.id,
                        event: run.event,
                        order: run.order,
                        connection: run.connection,
                        hook: run.hook,
                        state: run.state.rawValue,
                        code: run.failure?.causeCode ?? run.state.rawValue,
                        at: timestamp
                    )
                )
            default: break
            }
        }
        for case .event(let id, .dead, let problem) in effects where !events.contains(id) {
            notices.append(
                deadLetter(run: nil, event: id, order: nil, connection: nil, hook: nil, state: "dead", code: problem?.code, at: timestamp)
            )
        }
        return notices
    }
}
