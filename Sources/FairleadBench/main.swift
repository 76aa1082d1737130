// Measured by scripts/bench, which runs it beside its peers:
//   fairlead-bench intake SETTINGS        serves /echo and /ats/… without working on what comes in
//   fairlead-bench mapping WORKER COUNT   prints the median and 99th percentile of one mapping through a worker process, in microseconds
//   fairlead-bench workers WORKER         prints what worker processes cost, a figure a line
//   fairlead-bench outside PORT TARGET COUNT zinc|workerchecks
//                                         is the ATS and the provider around a host, for so many candidates; prints a figure a line
//   fairlead-bench store URL OPERATION    prints what a store does in a second, a figure a line

let arguments = CommandLine.arguments
switch (arguments.dropFirst().first, arguments.count) {
case ("intake", 3): try await IntakeServer.run(settings: arguments[2])
case ("mapping", 4): try await MappingBench.run(worker: arguments[2], count: Int(arguments[3]) ?? 2000)
case ("workers", 3): try await WorkersBench.run(worker: arguments[2])
case ("outside", 6):
    guard let port = Int(arguments[2]), let target = UInt16(arguments[3]), let count = Int(arguments[4]) else {
        throw BenchFailure("outside: PORT, TARGET and COUNT are numbers")
    }
    try await OutsideWorld(OutsideWorld.Load(port: port, target: target, count: count, callsBack: arguments[5] == "zinc")).run()
case ("store", 3...): try await StoreBench.run(Array(arguments.dropFirst(2)))
default:
    throw BenchFailure(
        "usage: fairlead-bench intake SETTINGS | mapping WORKER COUNT | workers WORKER | outside PORT TARGET COUNT PROVIDER | store URL OPERATION"
    )
}
