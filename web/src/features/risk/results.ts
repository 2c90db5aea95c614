import { type DecimalText, decimalText, parseDecimal } from "~/lib/decimal";

interface Results {
  results: DecimalText[];
  /** What cannot be read, as a sentence. */
  problem: string | undefined;
}

const MOST = 100_000;

/** Results of trades as they are written or pasted: numbers with blanks, commas, semicolons or new lines between them. */
export function readResults(text: string): Results {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const results: DecimalText[] = [];
  for (const word of words) {
    const figure = parseDecimal(word);
    if (!figure) {
      return { results: [], problem: `“${word.slice(0, 20)}” is no number.` };
    }
    results.push(decimalText(figure));
  }
  return results.length > MOST ? { results: [], problem: `At most ${MOST.toLocaleString("en-US")} results can be judged.` } : { results, problem: undefined };
}
