import type { Nominal } from "~/lib/nominal";

type Sequence = Nominal<number, "sequence">;

export interface StreamMessage {
  topic: string;
  seq: number;
  type: "snapshot" | "patch" | "gap" | "heartbeat";
  at: string;
  data?: unknown;
}

type Verdict = "apply" | "duplicate" | "gap";

/**
 * Where each topic stands. A topic's messages are numbered without holes: the next one is applied, an old one is
 * dropped, and a hole (or the server's own word for one) means that the topic must be fetched again.
 */
export class SequenceTracker {
  readonly #last = new Map<string, Sequence>();

  judge(message: StreamMessage): Verdict {
    const seq = message.seq as Sequence;
    const last = this.#last.get(message.topic);
    if (message.type === "heartbeat") {
      return "duplicate";
    }
    if (message.type === "gap") {
      this.#last.set(message.topic, seq);
      return "gap";
    }
    if (message.type === "snapshot" || last === undefined) {
      this.#last.set(message.topic, seq);
      return "apply";
    }
    if (seq <= last) {
      return "duplicate";
    }
    this.#last.set(message.topic, seq);
    return seq === last + 1 ? "apply" : "gap";
  }

  /** Topics that a heartbeat numbers beyond what has come: their last messages were lost on the way. */
  behind(seqs: Readonly<Record<string, number>>): string[] {
    return Object.entries(seqs)
      .filter(([topic, seq]) => {
        const last = this.#last.get(topic);
        return last !== undefined && seq > last;
      })
      .map(([topic, seq]) => {
        this.#last.set(topic, seq as Sequence);
        return topic;
      });
  }

  /** What to resume from after a reconnect. */
  positions(): Record<string, number> {
    return Object.fromEntries(this.#last);
  }
}

const FIRST_MS = 500;
const MOST_MS = 15_000;

/** How long to wait before the nth reconnect: doubling, capped, with a quarter of spread so that many pages do not return at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** attempt);
  return Math.round(full * (0.75 + random() * 0.25));
}
