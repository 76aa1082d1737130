/// The keys of the settings that a store is sealed with, and going over from one to another while hosts work on it.
public protocol KeyAdministration: Sendable {
    /// What is sealed under which key.
    func keyUse() async throws -> KeyUse

    /// The fingerprints of keys that the store is sealed with, in part, and that are not among the keys of whoever asks: another replica has them, and what
    /// they seal cannot be read here. Asked often: it counts nothing.
    func missingKeys() async throws -> [String]

    /// Does a small part of going over to the first key of the settings: data keys are wrapped anew, look-ups hashed anew. To be called until there is
    /// nothing left; what was done stays done, whoever goes on, after a crash too. Where there is nothing to do it says so and changes nothing.
    func rotateKeys() async throws -> KeyRotation

    /// Whether a rotation to the first key was begun and is not done.
    func isRotatingKeys() async throws -> Bool

    /// Lets go of a key that nothing needs any more: afterwards it can be taken out of the settings. Changes nothing where something needs it.
    /// - Parameter name: as ``KeyUse/Key/name``.
    func retireKey(_ name: String) async throws -> KeyRetirement
}

extension KeyAdministration {
    /// By what ``keyUse()`` counts.
    public func missingKeys() async throws -> [String] { try await keyUse().keys.filter { !$0.isPresent && $0.isNeeded }.map(\.name).sorted() }
}

/// What is sealed under which key of the settings.
public struct KeyUse: Sendable, Equatable {
    /// One key.
    public struct Key: Sendable, Equatable {
        /// Its fingerprint, eight hexadecimal digits: it reveals nothing of the key.
        public let name: String
        /// Whether new data keys are sealed under it, by the settings of whoever was asked.
        public var encrypts: Bool
        /// Whether it is in these settings.
        public var isPresent: Bool
        /// Events and orders whose data key is sealed under it.
        public var dataKeys = 0
        /// Orders and runs that are looked up by what was hashed with a key that was made under it.
        public var lookUps = 0
        /// The store's own keys that are sealed under it.
        public var ownKeys = 0

        public init(name: String, encrypts: Bool, isPresent: Bool) {
            self.name = name
            self.encrypts = encrypts
            self.isPresent = isPresent
        }

        /// Whether something could not be read or found without it.
        public var isNeeded: Bool { dataKeys + lookUps + ownKeys > 0 }

        /// The key as the API shows it.
        public var json: JSON {
            [
                "id": .string(name), "encrypts": .bool(encrypts), "present": .bool(isPresent), "data_keys": .int(Int64(dataKeys)),
                "look_ups": .int(Int64(lookUps)), "own_keys": .int(Int64(ownKeys)), "needed": .bool(isNeeded),
            ]
        }
    }

    /// The one that encrypts first, then by name.
    public var keys: [Key]
    /// Whether a rotation to the first key was begun and is not done.
    public var isRotating: Bool

    public init(keys: [Key], isRotating: Bool) {
        self.keys = keys
        self.isRotating = isRotating
    }
}

/// How far going over to the first key has come.
public struct KeyRotation: Sendable, Equatable {
    /// What comes next.
    public enum Phase: String, Sendable, CaseIterable {
        /// Other replicas must learn of the new key first, or lack it in their settings.
        case waiting
        case dataKeys = "data_keys"
        case lookUps = "look_ups"
        /// Nothing is sealed or hashed under any but the first key: that was counted.
        case done
    }

    public let phase: Phase
    /// Rows that this step went through.
    public let moved: Int
    /// The hosts of replicas that are waited for, with why.
    public let waitsFor: [String]

    public init(_ phase: Phase, moved: Int = 0, waitsFor: [String] = []) {
        self.phase = phase
        self.moved = moved
        self.waitsFor = waitsFor
    }
}

/// Whether a key was let go.
public enum KeyRetirement: Sendable, Equatable {
    case retired
    /// The store never had such a key.
    case unknown
    /// New data keys are sealed under it: by these settings, or by those of the replicas on the hosts named.
    case encrypts(hosts: [String])
    /// Something is sealed or hashed under it.
    case needed(KeyUse.Key)
}
