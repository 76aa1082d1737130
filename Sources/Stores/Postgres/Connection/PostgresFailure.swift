import Screening

/// Why an exchange with the server failed.
enum PostgresFailure: Error {
    /// The connection is gone, or the server cannot be reached. Nothing was committed.
    case lost(String)
    /// The connection went while a commit was under way.
    case unsure(String)
    /// The server refused a statement; the transaction around it is void.
    case refused(state: String, message: String)

    /// Whether it is about what was to be written (its values, what it is unique by), so that the other intents of the transaction need not fail with it.
    var isOfOneIntent: Bool {
        guard case .refused(let state, _) = self else { return false }
        return ["22", "23", "54"].contains(state.prefix(2))
    }

    /// Whether the same may work when it is simply done again: transactions of others were in the way.
    var isPassing: Bool {
        guard case .refused(let state, _) = self else { return false }
        return ["40001", "40P01", "55P03"].contains(state)
    }

    /// Whether the connection has to be made anew before anything else is tried on it.
    var endsConnection: Bool {
        guard case .refused(let state, _) = self else { return true }
        return state == "25006"
    }

    /// What the failure means to the store's users. Texts are the server's own first lines, which hold nothing of what is stored.
    var storeError: StoreError {
        switch self {
        case .lost(let why): return .unavailable(why)
        case .unsure(let why): return .unknown(why)
        case .refused(let state, let message):
            switch state {
            case _ where isPassing: return .unavailable("the database is busy: \(message)")
            case "25006": return .unavailable("the database is read-only")
            case "53100": return .unavailable("the database's disk is full")
            case "XX001", "XX002": return .corrupt(message)
            case _ where state.hasPrefix("23"): return .conflict
            default: return .unavailable("\(message) (\(state))")
            }
        }
    }

    /// A server's refusal: some end the connection, though they come as an answer.
    init(state: String, message: String) {
        // The server is stopping or starting, an administrator ended the connection, or it rested too long.
        let ending = ["57P01", "57P02", "57P03", "57P05", "25P03"]
        self = ending.contains(state) || state.hasPrefix("08") ? .lost(message) : .refused(state: state, message: message)
    }
}
