import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, type Text } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { Finding } from "~/api/types";

interface CodeEditorProps {
  /** Shown when it is not what was typed here last. */
  value: string;
  label: string;
  findings: readonly Finding[];
  readOnly: boolean;
  /** Puts the cursor at this line whenever the object changes. */
  reveal: { line: number } | null;
  onChange: (source: string) => void;
  onSave: () => void;
}

const LOOK = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--ground)", fontSize: "12.5px" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: '"JetBrains Mono Variable", ui-monospace, monospace', lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  ".cm-gutters": { backgroundColor: "var(--panel)", color: "var(--text-3)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--raised) 60%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--raised)", outline: "1px solid var(--text-3)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-textfield, .cm-button": { backgroundColor: "var(--ground)", backgroundImage: "none", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--danger)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--danger)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warn)" },
  ".cm-lint-marker-error, .cm-lint-marker-warning": { content: "none", width: "8px", height: "8px", margin: "5px 2px", borderRadius: "50%" },
  ".cm-lint-marker-error": { backgroundColor: "var(--danger)" },
  ".cm-lint-marker-warning": { backgroundColor: "var(--warn)" },
});

const COLORS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], color: "var(--second)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--teal)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--accent)" },
  { tag: [tags.comment, tags.docComment], color: "var(--text-3)", fontStyle: "italic" },
  { tag: [tags.definition(tags.className), tags.definition(tags.function(tags.variableName))], color: "var(--text)", fontWeight: "600" },
  { tag: [tags.self, tags.propertyName], color: "var(--text-2)" },
]);

function diagnosticsOf(doc: Text, findings: readonly Finding[]): Diagnostic[] {
  return findings.flatMap((finding): Diagnostic[] => {
    if (finding.line > doc.lines) {
      return [];
    }
    const line = doc.line(Math.max(1, finding.line));
    const from = Math.min(line.from + Math.max(0, finding.column - 1), line.to);
    const to = Math.min(Math.max(from, line.from + finding.end_column - 1), line.to);
    const text = [finding.message, finding.hint].filter(Boolean).join("\n");
    return [{ from, to, severity: finding.severity === "error" ? "error" : "warning", source: finding.code, message: text }];
  });
}

/** Marks what was put into the editor rather than typed there. */
const given = Annotation.define<boolean>();

/**
 * Typing over a selection. Left to itself the browser keeps the look of what it replaces by inline styles, which the
 * page's policy refuses and reports.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    const text = event.data;
    if (event.inputType !== "insertText" || !text || main.empty || view.composing || view.state.readOnly) {
      return false;
    }
    const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, text, insert))) {
      view.dispatch(insert());
    }
    return true;
  },
});

/**
 * CodeMirror inside a shadow root: there it hands its styles over as constructed sheets, which a policy without
 * inline styles allows, and the page's colour roles are inherited. Loaded only where code is seen.
 */
export function CodeEditor({ value, label, findings, readOnly, reveal, onChange, onSave }: CodeEditorProps) {
  const container = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const handlers = useRef({ onChange, onSave });
  const writable = useRef(new Compartment());
  const first = useRef({ value, label, readOnly });
  useEffect(() => {
    handlers.current = { onChange, onSave };
  }, [onChange, onSave]);

  useEffect(() => {
    const host = document.createElement("div");
    host.className = "h-full";
    container.current?.append(host);
    const root = host.attachShadow({ mode: "open" });
    const save = keymap.of([{ key: "Mod-s", preventDefault: true, run: () => (handlers.current.onSave(), true) }]);
    const view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: first.current.value,
        extensions: [
          save,
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap, indentWithTab, ...defaultKeymap]),
          [lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), drawSelection(), history(), lintGutter()],
          [python(), indentUnit.of("    "), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion(), highlightSelectionMatches()],
          [LOOK, syntaxHighlighting(COLORS), EditorView.contentAttributes.of({ "aria-label": first.current.label, tabindex: "0" })],
          writable.current.of(EditorState.readOnly.of(first.current.readOnly)),
          typeOver,
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(given))) {
              handlers.current.onChange(update.state.doc.toString());
            }
          }),
        ],
      }),
    });
    editor.current = view;
    return () => {
      editor.current = null;
      view.destroy();
      host.remove();
    };
  }, []);

  useEffect(() => {
    const view = editor.current;
    if (view && view.state.doc.toString() !== value) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value }, annotations: given.of(true) });
    }
  }, [value]);

  useEffect(() => {
    editor.current?.dispatch({ effects: writable.current.reconfigure(EditorState.readOnly.of(readOnly)) });
  }, [readOnly]);

  useEffect(() => {
    const view = editor.current;
    if (view) {
      view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc, findings)));
    }
  }, [findings]);

  useEffect(() => {
    const view = editor.current;
    if (view && reveal) {
      const { from } = view.state.doc.line(Math.min(Math.max(1, reveal.line), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      view.focus();
    }
  }, [reveal]);

  return <div ref={container} className="h-full min-h-0 overflow-hidden rounded-md border border-line" />;
}
