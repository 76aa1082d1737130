import Screening

// What is written, as the stores write it.

extension StubStore.State {
    func newest(_ connection: String, _ externalID: String) -> Order? {
        orders.values.filter { $0.connection == connection && $0.externalID == externalID }.max { $0.sequence < $1.sequence }
    }

    mutating func place(_ order: Order, _ reorder: Reorder?) -> (order: Order, isNew: Bool) {
        var order = order
        if var known = newest(order.connection, order.externalID) {
            guard let reorder, known.givesWay(to: reorder) else { return (known, false) }
            order = order.replacing(known)
            known.replacedBy = order.id
            known.version += 1
            orders[known.id] = known
        }
        orders[order.id] = order
        return (order, true)
    }

    /// Writes all of the effects, or none.
    mutating func apply(_ effects: [Effect]) throws {
        var next = self
        for effect in effects {
            switch effect {
            case .order(let order):
                if let known = next.orders[order.id], known.version + 1 != order.version { throw StoreError.conflict }
                next.orders[order.id] = order
            case .reference(let reference):
                let isAnothers = next.orders.values.contains {
                    $0.id != reference.order && $0.account == reference.account && $0.providerRef == reference.text
                }
                if reference.isAlone, reference.text != nil, isAnothers { throw StoreError.conflict }
            case .run(let run): next.runs[run.id] = run
            case .expect(.run(let run, let state)): guard next.runs[run]?.state == state else { throw StoreError.conflict }
            case .expect(.event(let event, let state)): guard next.events[event]?.state == state else { throw StoreError.conflict }
            case .expect(.idle(let work)): guard !next.held.contains(work) else { throw StoreError.conflict }
            case .steps(let steps, let run):
                let numbers = Set(steps.map(\.number))
                next.steps[run, default: []].removeAll { numbers.contains($0.number) }
                next.steps[run, default: []] += steps
            case .event(let id, let state, let problem):
                next.events[id]?.state = state
                next.events[id]?.problem = problem
            case .unreadable(let run): next.runs[run]?.state = .dead
            case .record(let event): next.events[event.id] = event
            case .timeline(let entry): next.timeline.append(entry)
            case .queue(let work): next.due[work.work] = work.due
            case .unqueue(let work): next.due[work] = nil
            case .pause(let subject, let pause):
                let present = next.states[subject]?.pause
                if pause?.credentials == nil || present == nil || present?.credentials != nil {
                    next.states[subject, default: OperatingState(subject)].pause = pause
                }
            case .lift(let subject):
                if next.states[subject]?.pause?.credentials != nil { next.states[subject]?.pause = nil }
            case .forgetWithdrawal(let connection, let externalID): next.withdrawals["\(connection)/\(externalID)"] = nil
            case .took(let turnaround): next.turnarounds.append(turnaround)
            case .begin(let job, let items): (next.bulk[job.id], next.bulkItems[job.id]) = (job, items)
            case .progress(let job):
                var job = job
                if let refusal = job.newRefusal { next.bulkRefusals[job.id, default: []].append(refusal) }
                job.newRefusal = nil
                if next.bulk[job.id]?.state == .stopped { job.state = .stopped }
                next.bulk[job.id] = job
            case .stop(let id, let time, let reason):
                next.bulk[id]?.reason = reason
                next.bulk[id]?.state = .stopped
                next.bulk[id]?.endedAt = time
            case .rest(let subject, let until): next.states[subject, default: OperatingState(subject)].restsUntil = until
            case .heard(let subject, let time): next.states[subject, default: OperatingState(subject)].lastHeardAt = time
            case .refusedDelivery(let subject, let time, _, _): next.states[subject, default: OperatingState(subject)].lastRefusedAt = time
            case .notify(let notice): next.notices[notice.id] = notice
            case .delivery(let delivery): next.deliveries[delivery.id] = delivery
            case .endpoint: break
            }
        }
        self = next
    }
}
