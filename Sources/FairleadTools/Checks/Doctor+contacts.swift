import FairleadHost
import Foundation
import Pipeline
import Plugins
import Screening
import Stores

extension Doctor {
    /// When something last came of connections and accounts, and what was refused since: a refused delivery is lost to whoever does not hear of it.
    func contacts() async -> [Finding] {
        guard let states = await operatingStates() else { return [] }
        let now = clock.now()
        var findings: [Finding] = []
        for connection in contents.connections {
            let state = states.first { $0.subject == .connection(connection.id) } ?? OperatingState(.connection(connection.id))
            findings.append(Doctor.finding(state, now, advice: "fairlead verify \(connection.id) request.http"))
        }
        for account in contents.accounts {
            guard let state = states.first(where: { $0.subject == .account(account.account.id) }) else { continue }
            if state.lastHeardAt == nil, state.lastRefusedAt == nil { continue }
            findings.append(Doctor.finding(state, now, advice: "fairlead verify --account \(account.account.id) request.http"))
        }
        return findings
    }

    /// What is to be said of one: `last heard 3 d ago, last refused 2 min ago (bad_signature, 212 since)`.
    static func finding(_ state: OperatingState, _ now: Timestamp, advice: String) -> Finding {
        let subject = "\(state.subject.kind) \(state.subject.id)"
        func ago(_ time: Timestamp) -> String { (now > time ? now - time : .zero).inWords + " ago" }
        let heard = state.lastHeardAt.map { "last heard " + ago($0) } ?? "nothing has come of it yet"
        guard state.refusedSinceHeard > 0, let refused = state.lastRefusedAt else { return Finding(subject: subject, verdict: .fine, message: heard) }
        let reason = state.lastRefusal ?? "refused"
        let message = "\(heard), last refused \(ago(refused)) (\(reason), \(state.refusedSinceHeard) since): try \(advice)"
        return Finding(subject: subject, verdict: reason == "bad_signature" ? .problem : .warning, message: message)
    }

    /// What the store keeps, or what the host says that has it open; nil where neither can be asked.
    private func operatingStates() async -> [OperatingState]? {
        if case .sqlite(let path) = settings.store, !FileManager.default.fileExists(atPath: path) { return nil }
        if settings.store.lostStore == nil,
            let store = try? await settings.store.open(keys: settings.encryptionKeys, clock: clock, random: SystemRandom())
        {
            let states = try? await store.operatingStates()
            await store.close()
            return states
        }
        guard let token = settings.adminToken else { return nil }
        let client = APIClient(url: settings.address(environment), token: token)
        var states: [OperatingState] = []
        for kind in ["connection", "account"] {
            for item in (try? await client.get([kind + "s"]))?.json["items"]?.items ?? [] {
                guard let id = item["id"]?.text, let subject = OperatingState.Subject(kind: kind, id: id) else { continue }
                states.append(
                    OperatingState(
                        subject,
                        lastHeardAt: item["last_heard_at"]?.text.flatMap { Timestamp(iso8601: $0) },
                        lastRefusedAt: item.at("last_refused.at")?.text.flatMap { Timestamp(iso8601: $0) },
                        lastRefusal: item.at("last_refused.reason")?.text,
                        refusedSinceHeard: item.at("last_refused.count")?.integer.map { Int($0) } ?? 0
                    )
                )
            }
        }
        await client.close()
        return states.isEmpty ? nil : states
    }
}
