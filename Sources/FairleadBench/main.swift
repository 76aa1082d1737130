// Measured by scripts/bench and scripts/bench-parts, which run it beside its peers:
//   fairlead-bench intake SETTINGS        serves /echo and /ats/… without working on what comes in
//   fairlead-bench mapping WORKER COUNT   prints the median and 99th percentile of one mapping through a worker process, in microseconds
//   fairlead-bench workers WORKER         prints what worker processes cost, a figure a line
//   fairlead-bench outside PORT TARGET COUNT zinc|workerchecks [connections=A,B] [pace_ms=N] [listed=N] [flood=N]
//                                         is the ATS and the provider around a host, for so many candidates; prints a figure a line
//   fairlead-bench flood TARGET PATH COUNT SECONDS ats|webhook [FIRST]
//                                         sends so many signed requests, or as many as are answered in that time; prints a figure a line
//   fairlead-bench store URL OPERATION    prints what a store does in a second, a figure a line

let arguments = CommandLine.arguments
switch (arguments.dropFirst().first, arguments.count) {
case ("intake", 3): try await IntakeServer.run(settings: arguments[2])
case ("mapping", 4): try await MappingBench.run(worker: arguments[2], count: Int(arguments[3]) ?? 2000)
case ("workers", 3): try await WorkersBench.run(worker: arguments[2])
case ("outside", 6...): try await OutsideWorld(OutsideLoad(Array(arguments.dropFirst(2)))).run()
case ("flood", 7...8):
    guard let target = UInt16(arguments[2]), let count = Int(arguments[4]), let seconds = Double(arguments[5]) else {
        throw BenchFailure("flood: TARGET, COUNT and SECONDS are numbers")
    }
    try Flood.run(
        target: target,
        path: arguments[3],
        count: count,
        seconds: seconds,
        isWebhook: arguments[6] == "webhook",
        from: arguments.count > 7 ? Int(arguments[7]) ?? 0 : 0
    )
case ("store", 3...): try await StoreBench.run(Array(arguments.dropFirst(2)))
default:
    throw BenchFailure(
        """
        usage: fairlead-bench intake SETTINGS | mapping WORKER COUNT | workers WORKER | outside PORT TARGET COUNT PROVIDER [OPTION=VALUE …] \
        | flood TARGET PATH COUNT SECONDS ats|webhook [FIRST] | store URL OPERATION
        """
    )
}
