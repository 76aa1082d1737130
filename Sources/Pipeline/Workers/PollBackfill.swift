import Logging
import Screening

/// Queues the reads of open orders that nobody has queued.
struct PollBackfill: Sendable {
    let environment: Environment
    let store: any Store

    /// Sees to it that every open order which is to be polled has its next read in the queue. To be called at start and after a change of accounts: while
    /// polling was off, or the account was gone, nobody queued any. Calling again changes nothing.
    func backfillPolls() async {
        var query = OrderQuery()
        query.states = Set(OrderState.allCases.filter { $0.isOpen && $0.isReported })
        var page = PageRequest(limit: 200, ascending: true)
        do {
            repeat {
                let orders = try await store.orders(query, page)
                var missing: [Effect] = []
                for order in orders.items {
                    guard let wait = PollingSchedule.interval(of: order, environment), try await store.due(.read(order: order.id)) == nil else {
                        continue
                    }
                    // Not all of them at once.
                    let due = environment.clock.now() + .milliseconds(Int64(Double(wait.wholeMilliseconds) * environment.random.fraction()))
                    missing.append(.queue(QueuedWork(.read(order: order.id), account: order.account, due: due)))
                }
                if !missing.isEmpty { try await store.perform(missing) }
                page.cursor = orders.next
            } while page.cursor != nil && !Task.isCancelled
        } catch is CancellationError {
            return
        } catch {
            environment.storeFailed(error, "looking through the open orders")
        }
    }
}
