import Plugins
import Screening

extension DryRunConnection {
    /// The order that a script asks for, checked as a real one is, but for what only the provider can know.
    /// - Throws: ``HostCallError`` naming the field that is missing or malformed.
    func order(_ request: JSON, id: String, at timestamp: Timestamp) throws -> Order {
        do {
            let draft = try OrderDraft(request: request, connection: self.id, accounts: accounts) { _ in "" }
            return draft.order(id: id, callbackToken: Secret(""), at: timestamp)
        } catch {
            throw HostCallError(error)
        }
    }
}
