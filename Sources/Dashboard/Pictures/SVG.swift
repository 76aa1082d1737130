import Screening

import Foundation

/// A picture that is put together on the server: shapes with classes, without styles of their own, so that it obeys the page's policy and its colours.
struct SVG: Sendable {
    private var body = ""
    let width: Double
    let height: Double

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    mutating func rect(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ kind: String, radius: Double = 0, title: String? = nil) {
        let corner = radius > 0 ? " rx=\"\(SVG.number(radius))\"" : ""
        body +=
            "<rect x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" width=\"\(SVG.number(max(width, 0)))\" height=\"\(SVG.number(height))\"\(corner) class=\"\(kind)\""
        body += title.map { "><title>\(SVG.escaped($0))</title></rect>" } ?? "/>"
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String) {
        body += "<line x1=\"\(SVG.number(x1))\" y1=\"\(SVG.number(y1))\" x2=\"\(SVG.number(x2))\" y2=\"\(SVG.number(y2))\" class=\"\(kind)\"/>"
    }

    mutating func path(_ d: String, _ kind: String) { body += "<path d=\"\(d)\" class=\"\(kind)\"/>" }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ kind: String, title: String? = nil) {
        body += "<circle cx=\"\(SVG.number(x))\" cy=\"\(SVG.number(y))\" r=\"\(SVG.number(radius))\" class=\"\(kind)\""
        body += title.map { "><title>\(SVG.escaped($0))</title></circle>" } ?? "/>"
    }

    /// - Parameter anchor: `start`, `middle` or `end`.
    mutating func text(_ x: Double, _ y: Double, _ text: String, _ kind: String = "", anchor: String = "start") {
        let own = kind.isEmpty ? "" : " class=\"\(kind)\""
        body += "<text x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" text-anchor=\"\(anchor)\"\(own)>\(SVG.escaped(text))</text>"
    }

    /// What is drawn within is a link with a name.
    mutating func link(_ href: String, _ name: String, _ draw: (inout SVG) -> Void) {
        body += "<a href=\"\(SVG.escaped(href))\" aria-label=\"\(SVG.escaped(name))\"><title>\(SVG.escaped(name))</title>"
        draw(&self)
        body += "</a>"
    }

    /// The picture with the name that is read out.
    /// - Parameters:
    ///   - isFixed: whether it keeps its size; else it takes the width that there is.
    ///   - hasLinks: whether links are drawn in it.
    ///   - fills: whether it is stretched to whatever size it is given.
    func html(_ name: String, kind: String = "picture", isFixed: Bool = false, hasLinks: Bool = false, fills: Bool = false) -> String {
        let size = isFixed ? " width=\"\(SVG.number(width))\" height=\"\(SVG.number(height))\"" : ""
        let stretch = fills ? " preserveAspectRatio=\"none\"" : ""
        // What holds links is no picture to those who hear it, but a group of them.
        let role = hasLinks ? "group" : "img"
        return
            "<svg class=\"\(kind)\" viewBox=\"0 0 \(SVG.number(width)) \(SVG.number(height))\"\(size)\(stretch) role=\"\(role)\" aria-label=\"\(SVG.escaped(name))\""
            + " focusable=\"false\"><title>\(SVG.escaped(name))</title>\(body)</svg>"
    }

    /// Text in which nothing is markup.
    static func escaped(_ text: String) -> String { text.htmlEscaped }

    /// A number with one decimal, as short as can be.
    static func number(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
