import ArgumentParser

/// `fairlead order …`
struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order",
        abstract: "Orders of a running host.",
        discussion: """
            Examples:
              fairlead order list --waiting-on operator
              fairlead order show ord_…
              fairlead order export --since 2026-03-01 > orders.csv
            """,
        subcommands: [
            OrderList.self, OrderShow.self, OrderPlace.self, OrderCancel.self, OrderRefresh.self, OrderResolve.self, OrderRetry.self,
            OrderDiscard.self, OrderExport.self, OrderHold.self, OrderUnhold.self,
        ]
    )
}
