import Screening
import Synchronization

/// The packages that providers listed a moment ago, so that a page of forms does not ask a provider for each.
final class PackageCache: Sendable {
    private let kept = Mutex<[String: (packages: [ScreeningPackage], until: Timestamp)]>([:])

    func packages(
        of account: ProviderAccount,
        at moment: Timestamp,
        fetch: @Sendable () async throws -> [ScreeningPackage]
    ) async throws -> [ScreeningPackage] {
        let id = account.account.id
        if let present = kept.withLock({ $0[id] }), moment < present.until { return present.packages }
        let packages = try await fetch()
        kept.withLock { $0[id] = (packages, moment + .seconds(300)) }
        return packages
    }
}
