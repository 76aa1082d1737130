import Foundation
import Pipeline
import Screening
import Telemetry

/// What this process says of itself: whether it is able to work, its circuit breakers, its settings, its disk.
struct HostGauges: GaugeSource {
    let context: PipelineContext
    let live: LiveSettings
    let missingKeys: MissingKeys
    let readiness: @Sendable () async -> Readiness

    func readings() async throws -> [GaugeReading] {
        let isReady = if case .ready = await readiness() { true } else { false }
        var readings = [
            GaugeReading("fairlead_ready", [], isReady ? 1 : 0),
            GaugeReading("fairlead_config_last_reload_successful", [], context.registry.reloadFailures.isEmpty ? 1 : 0),
            GaugeReading("fairlead_config_last_reload_success_timestamp_seconds", [], live.takenOverAt.seconds),
            GaugeReading("fairlead_build_info", [("version", Release.version)], 1),
        ]
        readings += context.breakerLevels.map { GaugeReading("fairlead_breaker_state", [("kind", $0.kind), ("name", $0.name)], Double($0.level)) }
        if let missing = await missingKeys.known() { readings.append(GaugeReading("fairlead_keys_missing", [], Double(missing.count))) }
        readings += silence
        if case .sqlite(let path) = live.settings.store { readings += disk(path) }
        return readings + process
    }

    private var silence: [GaugeReading] {
        context.silence.readings.flatMap { reading in
            guard let ratio = reading.ratio else { return [GaugeReading]() }
            let labels = [(reading.subject.kind, reading.subject.id)]
            return [
                GaugeReading("fairlead_silence_ratio", labels, ratio), GaugeReading("fairlead_silent", labels, reading.isSilent ? 1 : 0),
            ]
        }
    }

    private func disk(_ path: String) -> [GaugeReading] {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
        let size = (attributes?[.size] as? NSNumber)?.doubleValue ?? 0
        var figures = statvfs()
        guard statvfs((path as NSString).deletingLastPathComponent, &figures) == 0 else { return [GaugeReading("fairlead_wal_bytes", [], size)] }
        let block = Double(figures.f_frsize)
        return [
            GaugeReading("fairlead_wal_bytes", [], size),
            GaugeReading("fairlead_disk_free_bytes", [], Double(figures.f_bavail) * block),
            GaugeReading("fairlead_disk_size_bytes", [], Double(figures.f_blocks) * block),
        ]
    }

    private var process: [GaugeReading] {
        let figures = ProcessFigures()
        let named = [
            ("process_cpu_seconds_total", figures.cpuSeconds), ("process_resident_memory_bytes", figures.residentBytes),
            ("process_open_fds", figures.openFiles), ("process_max_fds", figures.mostFiles), ("process_start_time_seconds", figures.startTime),
        ]
        return named.compactMap { name, value in value.map { GaugeReading(name, [], $0) } }
    }
}
