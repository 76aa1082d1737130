import Logging
import Screening
import Synchronization

/// What the stand-ins of one site share.
final class SimulatorEnvironment: Sendable {
    let clock: any WallClock
    let random: any RandomSource
    let transport: any Transport
    let logger: Logger
    let pace: Duration?
    let retries: [Duration]
    let timers = TimerQueue()
    let faults = FaultInjector()
    let log: ExchangeLog
    private let address: Mutex<String>

    init(_ settings: SimulatorSettings, transport: any Transport, clock: any WallClock, random: any RandomSource, logger: Logger) {
        self.clock = clock
        self.random = random
        self.transport = transport
        self.logger = logger
        pace = settings.pace
        retries = settings.webhookRetries
        log = ExchangeLog(limit: settings.logLimit)
        address = Mutex(settings.publicURL)
    }

    var publicURL: String {
        get { address.withLock { $0 } }
        set { address.withLock { $0 = newValue } }
    }

    func hexID() -> String { random.bytes(16).hex }
}
