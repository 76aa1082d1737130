import ArgumentParser

/// `fairlead key …`
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Encryption keys of the store: made, listed, changed, let go.",
        discussion: """
            To change keys while hosts run: put the new one first in encryption.keys of every host, keep the old ones behind it, restart; then key rotate, and
            key retire once nothing needs the old one. Keys are named by fingerprints, which reveal nothing of them.
            Works on the store that the settings file names; where a running host has it for itself, through that host with admin.token.

            Examples:
              export FAIRLEAD_KEY=$(fairlead key new)
              fairlead key list
              fairlead key rotate
              fairlead key retire 3f9a01bc
            """,
        subcommands: [KeyNew.self, KeyList.self, KeyRotate.self, KeyRetire.self]
    )
}
