import AtelierCore
import Testing

@Suite struct NearestTests {
    @Test(
        arguments: [
            ("dadda", ["dada", "haiku"], "dada"), ("DADA", ["dada"], "dada"), ("comfy", ["comfyui", "swarmui"], "comfyui"),
            ("prt", ["host", "port"], "port"), ("server.prot", ["server.host", "server.port"], "server.port"), ("x", ["xy"], "xy"),
            ("kid", ["kids", "youth"], "kids"), ("b", ["c", "a"], "a"),
        ] as [(String, [String], String)]
    )
    func `the nearest name is found`(_ given: String, _ known: [String], _ nearest: String) {
        #expect(Nearest.name(to: given, among: known) == nearest)
        #expect(Nearest.name(to: given, among: known.reversed()) == nearest)
    }

    @Test(arguments: [("", ["a"]), ("completely", ["different"]), ("x", []), ("dada", [""]), ("abc", ["xyz"])] as [(String, [String])])
    func `what is far is not offered`(_ given: String, _ known: [String]) {
        #expect(Nearest.name(to: given, among: known) == nil)
    }

    @Test func `a very long name is no burden`() {
        let long = String(repeating: "ab", count: 100_000)
        #expect(Nearest.name(to: long, among: [long, "different"]) == long)
    }
}
