import type { Rulebook } from "~/api/types";
import { dateText } from "~/lib/time";

const STATES: Readonly<Record<string, { mark: string; word: string; tone: string }>> = {
  ok: { mark: "✓", word: "kept", tone: "text-gain" },
  near: { mark: "▲", word: "near", tone: "text-warn" },
  reached: { mark: "■", word: "reached", tone: "text-danger" },
  open: { mark: "○", word: "not yet", tone: "text-text-2" },
};

/** Every rule of a plan in words, each with its state: sign and word, not colour alone. */
export function RuleList({ book }: { book: Rulebook }) {
  return (
    <ul className="grid gap-1">
      {book.rules.map(({ rule, label, text, state, unconfirmed }) => {
        const told = STATES[state];
        return (
          <li key={rule} className="grid grid-cols-[112px_1fr_auto] gap-3 border-b border-faint py-1 last:border-b-0">
            <span className="text-text-2">{label}</span>
            <span>
              {text}
              {unconfirmed && (
                <span className="ml-1.5 whitespace-nowrap text-12 text-warn" title={`Read on ${dateText(book.read_on)}; no page of the firm’s own bears it out.`}>
                  ? unconfirmed
                </span>
              )}
            </span>
            {told ? (
              <span className={told.tone}>
                <span aria-hidden="true">{told.mark}</span> {told.word}
              </span>
            ) : (
              <span />
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Where a plan's figures come from, when they were read, and what they do not promise. */
export function Source({ book }: { book: Rulebook }) {
  const open = book.rules.filter(({ unconfirmed }) => unconfirmed).map(({ label }) => label.toLowerCase());
  return (
    <p className="text-12 text-text-3">
      In force from {dateText(book.effective_from)}; read on {dateText(book.read_on)}: {book.source}. {open.length > 0 && `Unconfirmed by the firm: ${open.join(", ")}. `}
      {book.disclaimer} {book.notes}
    </p>
  );
}
