import AtelierCore
import Testing

@Suite struct TemplateTests {
    @Test func `values are never scanned again`() throws {
        let values = ["INPUT_TEXT": "{{CONTEXT}} {{INPUT_TEXT}} }}", "CONTEXT": "{{INPUT_TEXT}}", "A": "{{", "B": "CONTEXT}}"]
        #expect(try Template.render("{{INPUT_TEXT}}|{{CONTEXT}}", with: values) == "{{CONTEXT}} {{INPUT_TEXT}} }}|{{INPUT_TEXT}}")
        #expect(try Template.render("{{A}}{{B}}", with: values) == "{{CONTEXT}}")
    }

    @Test(arguments: [
        ("{{X}}", "v"), ("{{ X }}", "v"), ("{{{X}}}", "{v}"), ("{{{{X}}}}", "{{v}}"), ("{{x}}", "{{x}}"), ("{{}}", "{{}}"), ("{{X", "{{X"),
        ("X}}", "X}}"), ("{X}", "{X}"), ("{{X}} {{X}}", "v v"), ("{\"a\":{\"b\":\"{{X}}\"}}", "{\"a\":{\"b\":\"v\"}}"), ("", ""),
        ("{{ {{X}}", "{{ v"), ("{{X}}}}", "v}}"), ("{ {X} }", "{ {X} }"), ("{{X}", "{{X}"), ("é{{X}}😀", "év😀"),
        ("{{a b}}{{X}}", "{{a b}}v"),
    ])
    func `odd braces are text`(_ template: String, _ text: String) throws {
        #expect(try Template.render(template, with: ["X": "v"]) == text)
    }

    @Test func `a missing value is named`() {
        let failure = #expect(throws: Failure.self) { try Template.render("{{CONTEXTT}} {{Y}}", with: ["CONTEXT": ""]) }
        #expect(failure?.code == .invalidRequest)
        #expect(failure?.message.contains("CONTEXTT") == true)
        #expect(failure?.hint?.contains("CONTEXT") == true)
    }

    @Test func `placeholders come in the order of their first appearance`() {
        #expect(Template.placeholders(in: "{{B}} {{ A }} {{B}} {{c}} {{A_1}}") == ["B", "A", "A_1"])
    }

    @Test func `braces alone do not take long`() throws {
        let braces = String(repeating: "{", count: 2000)
        #expect(try Template.render(braces, with: [:]) == braces)
    }

    @Test(arguments: [(" a b\n", "a b"), ("", ""), ("\u{3000}\t", ""), ("a", "a")])
    func `white space at the ends goes`(_ text: String, _ trimmed: String) { #expect(text.trimmed == trimmed) }
}
