package import LuaRuntime

extension LuaPool {
    /// A pool in this process: scripts that somebody is writing, on their own machine. Needs no worker program.
    package static func forAuthors() -> LuaPool { LuaPool(LuaPool.Configuration(isolation: .inProcess)) }
}
