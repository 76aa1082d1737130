import Screening
import ServiceLifecycle

/// Tries accounts whose work waits, with calls that change nothing: those that do not answer as soon as their breaker lets it, those whose credentials
/// were rejected every five minutes, for credentials are sometimes put right at the provider.
struct AccountProbes: Sendable {
    let context: PipelineContext

    /// Tries until shutdown.
    func run() async {
        var rounds = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            for account in context.directory.accounts { await tryAgain(account, isRejectedDue: rounds % 100 == 0) }
            rounds += 1
            try? await cancelWhenGracefulShutdown { try await context.clock.sleep(for: .seconds(3)) }
        }
    }

    private func tryAgain(_ account: ProviderAccount, isRejectedDue: Bool) async {
        let id = account.account.id
        if context.unanswered.isOpen(id) {
            guard case .granted = context.unanswered.ask(id, at: context.clock.now()) else { return }
            do { _ = try await Commands(context).check(account: id) } catch let refusal as Refusal where refusal.status == 503 {
                // Noted already.
            } catch {
                context.unanswered.abandoned(id)
            }
        } else if isRejectedDue, let problem = try? await context.pauses.problem(of: account, context), !problem.isNull {
            _ = try? await Commands(context).check(account: id)
        }
    }
}
