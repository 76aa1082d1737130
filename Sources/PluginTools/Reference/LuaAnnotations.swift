import Plugins
import Screening

/// Annotation files for the Lua language server, from the table of the host's API: they complete and check scripts in an editor.
public enum LuaAnnotations {
    /// The folder, beside the plugins, that they are written to.
    public static let folder = ".fairlead-types"

    /// The files by name. Calling twice gives the same.
    public static var files: [String: String] {
        var files = ["fairlead.lua": shared]
        for part in HostAPI.parts where part.kind == .module { files[part.name + ".lua"] = module(part) }
        return files
    }

    /// An `.luarc.json` for a folder of plugins.
    /// - Parameter types: the annotation files' folder as seen from there.
    public static func settings(types: String) -> String {
        """
        {
            "$schema": "https://raw.githubusercontent.com/LuaLS/vscode-lua/master/setting/schema.json",
            "runtime": {
                "version": "Lua 5.4",
                "path": ["?.lua"],
                "builtin": {
                    "coroutine": "disable", "debug": "disable", "io": "disable", "os": "disable"
                }
            },
            "workspace": { "library": ["\(types)"], "checkThirdParty": false },
            "diagnostics": { "disable": ["lowercase-global"] }
        }

        """
    }

    private static let head = "-- Written by: fairlead plugin types. Changes are lost when it is written again.\n"

    private static var shared: String {
        var lines = ["---@meta", head]
        for part in HostAPI.parts where part.kind != .module { lines += declaration(part) }
        lines += [
            "---@class fairlead.hooks", "---@field on_event? fun(event: fairlead.event, ctx: fairlead.ctx): any",
            "---@field on_update? fun(update: fairlead.update, ctx: fairlead.ctx): any",
            "---@field on_erase? fun(person: fairlead.person, ctx: fairlead.ctx): any",
            "---@field on_notification? fun(notification: fairlead.notification, ctx: fairlead.ctx): any",
            "---@field routes? table<string, fun(request: fairlead.event, ctx: fairlead.ctx): table?>",
            "---@field map_request? fun(request: table, order: fairlead.order, ctx: fairlead.ctx): table",
            "---@field packages? fun(ctx: fairlead.ctx): fairlead.package[]",
            "---@field submit? fun(order: fairlead.order, ctx: fairlead.ctx): table",
            "---@field report? fun(reference: string, ctx: fairlead.ctx): table?",
            "---@field cancel? fun(reference: string, ctx: fairlead.ctx): any",
            "---@field interpret? fun(webhook: fairlead.event, ctx: fairlead.ctx): table[]", "",
        ]
        return lines.joined(separator: "\n")
    }

    private static func declaration(_ part: HostAPI.Part) -> [String] {
        let local = part.name.split(separator: ".").last.map { "fairlead_" + $0 } ?? ""
        var lines = comment(part.note) + ["---@class \(part.type)"]
        for member in part.members where member.parameters == nil {
            lines.append("---@field \(member.name) \(member.type) \(member.note)")
        }
        let functions = part.members.filter { $0.parameters != nil }
        guard !functions.isEmpty else { return lines + [""] }
        lines += ["local \(local) = {}", ""]
        for member in functions { lines += function(member, on: "\(local).") }
        return lines
    }

    private static func module(_ part: HostAPI.Part) -> String {
        var lines = ["---@meta \(part.name)", head] + comment(part.note) + ["---@class \(part.type)", "local \(part.name) = {}", ""]
        for member in part.members {
            if member.parameters == nil {
                lines += comment(member.note) + ["---@type \(member.type)", "\(part.name).\(member.name) = nil", ""]
            } else {
                lines += function(member, on: part.name + (part.name == "map" ? ":" : "."))
            }
        }
        if part.name == "map" {
            lines += ["---@param value any the decoded payload", "---@return fairlead.map", "return function(value) end", ""]
        } else {
            lines += ["return \(part.name)", ""]
        }
        return lines.joined(separator: "\n")
    }

    private static func function(_ member: HostAPI.Member, on owner: String) -> [String] {
        var lines = comment(member.note)
        for parameter in member.parameters ?? [] { lines.append("---@param \(parameter.name) \(parameter.type)") }
        for type in returned(member.type) { lines.append("---@return \(type)") }
        let names = (member.parameters ?? []).map { $0.name.replacing("?", with: "") }.joined(separator: ", ")
        return lines + ["function \(owner)\(member.name)(\(names)) end", ""]
    }

    /// The types that a function gives, one after the other; a comma inside `<…>` belongs to a type.
    private static func returned(_ types: String) -> [String] {
        var found = [""]
        var depth = 0
        for letter in types {
            depth += letter == "<" ? 1 : letter == ">" ? -1 : 0
            if letter == ",", depth == 0 { found.append("") } else { found[found.count - 1].append(letter) }
        }
        return found.map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private static func comment(_ text: String) -> [String] { text.split(separator: "\n").map { "---" + $0 } }
}
