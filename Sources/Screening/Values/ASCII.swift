/// What a byte of UTF-8 is in ASCII. A byte of any other character is none of these.
extension UInt8 {
    /// `0` to `9`
    package var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// `a` to `z`
    package var isASCIILowercase: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    /// `A` to `Z`
    package var isASCIIUppercase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    /// `a` to `z` and `A` to `Z`
    package var isASCIILetter: Bool { isASCIILowercase || isASCIIUppercase }
    /// What stands unencoded in a URL (RFC 3986, `unreserved`): letters, digits and `-._~`.
    package var isUnreserved: Bool { isASCIILetter || isASCIIDigit || "-._~".utf8.contains(self) }
}
