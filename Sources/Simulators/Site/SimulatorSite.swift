import Foundation
public import Logging
public import Screening

/// Stand-ins for Zinc, WorkerChecks and an ATS in one process, with a control page and faults on demand. Opens no socket: it answers what it is
/// asked, and sends webhooks through the transport it was given.
///
/// | path | what |
/// |---|---|
/// | `/zinc/partner/v2/…` | the Zinc Partner API |
/// | `/workerchecks/…` | the WorkerChecks Business API |
/// | `/ats/…` | what the host calls at an ATS |
/// | `/control/…` | state, log and faults, as JSON |
/// | `/` | the same as a page |
///
/// What happens by itself (webhooks, stages) is done by ``run()``, or step by step by ``settle()``. With a clock and a random source of a test's
/// own, everything is repeatable.
public final class SimulatorSite: WireHandler {
    public let zinc: ZincSimulator
    public let workerChecks: WorkerChecksSimulator
    public let ats: ATSSimulator
    public let settings: SimulatorSettings
    let environment: SimulatorEnvironment

    /// A site with nothing ordered yet.
    public init(
        _ settings: SimulatorSettings = SimulatorSettings(),
        transport: any Transport,
        clock: any WallClock = SystemClock(),
        random: any RandomSource = SystemRandom(),
        logger: Logger = Logger(label: "simulators")
    ) {
        self.settings = settings
        environment = SimulatorEnvironment(settings, transport: transport, clock: clock, random: random, logger: logger)
        zinc = ZincSimulator(settings.zinc, environment)
        workerChecks = WorkerChecksSimulator(settings.workerChecks, environment)
        ats = ATSSimulator(settings.ats, environment)
    }

    /// What goes wrong on request.
    public var faults: FaultInjector { environment.faults }

    /// Where the host reaches the site, without a trailing slash. Set it once the port is known; it stands in what is ordered from then on.
    public var publicURL: String {
        get { environment.publicURL }
        set { environment.publicURL = newValue }
    }

    /// Every exchange with the host so far, oldest first.
    public func log() -> [LoggedExchange] { environment.log.entries }

    /// Forgets requests, invitations, tokens, what the ATS holds, faults, the log, and all that was still to be sent.
    public func reset() {
        environment.timers.clear()
        environment.faults.clear()
        zinc.clear()
        workerChecks.clear()
        ats.clear()
        environment.log.clear()
    }

    /// Sends webhooks and advances orders as they come due, until the task is cancelled. Run it once.
    public func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                while let item = environment.timers.take(at: environment.clock.now()) {
                    group.addTask { await self.perform(item) }
                }
                await environment.timers.wait(environment.clock)
            }
        }
    }

    /// Does everything that is due now, and what comes due by it, and returns when it is done. Work that ``run()`` is doing is left to it.
    public func settle() async {
        await withTaskGroup { group in
            while true {
                while let item = environment.timers.take(at: environment.clock.now()) {
                    group.addTask { await self.perform(item) }
                }
                guard await group.next() != nil else { return }
            }
        }
    }

    /// Answers one request.
    /// - Throws: ``Disconnect`` where a fault says so.
    public func respond(to request: WireRequest) async throws -> WireResponse {
        let segments = request.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        let rest = Array(segments.dropFirst())
        switch segments.first {
        case "zinc" where rest.first == "candidate": return ControlPage.report("Zinc report")
        case "workerchecks" where rest.first == "certificates": return ControlPage.report("WorkerChecks certificate")
        case "zinc": return try await exchange(zinc, request, rest)
        case "workerchecks": return try await exchange(workerChecks, request, rest)
        case "ats": return try await exchange(ats, request, rest)
        case "control": return await control(request, rest)
        case nil: return ControlPage.whole(self)
        default: return WireResponse(404, json: ["message": "There is nothing at this address."])
        }
    }

    private func perform(_ item: TimerQueue.Item) async {
        switch item.action {
        case .advanceZinc(let id): zinc.continueLifecycle(id)
        case .advanceWorkerChecks(let id): workerChecks.continueLifecycle(id)
        case .deliver(let delivery): await environment.deliver(delivery)
        case .readAssessment(let number): await ats.readAssessment(number)
        }
        environment.timers.finish(item)
    }
}
