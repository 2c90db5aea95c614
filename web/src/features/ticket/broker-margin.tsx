import { useQuery } from "@tanstack/react-query";
import { marginQuery } from "~/api/intents";
import { Problem } from "~/api/problem";
import type { IntentRequest, Preview } from "~/api/types";
import { cx } from "~/lib/cx";
import { useDebounced } from "~/lib/use-debounced";
import { Figure } from "~/ui/number";
import type { MarginQuestion, MarginState } from "./margin-state";

/** How long a ticket has to stand still before brokers are asked: their rate is for orders. */
const STOOD_MS = 900;

/** Ask the brokers that say what they would block, once the ticket stands still. */
export function useBrokerMargin(workspace: string, request: IntentRequest | null, preview: Preview | undefined): MarginQuestion {
  const text = JSON.stringify(request);
  const stood = useDebounced(text, STOOD_MS) === text;
  const tells = preview?.allocations.some(({ tells_margin: tellsMargin }) => tellsMargin) ?? false;
  const { data, error } = useQuery(marginQuery(workspace, stood && tells ? request : null));
  return { answer: data, problem: error ? Problem.from(error).message : null };
}

/** One account's line under its preview: what its broker would block beside what the desk reckons. */
export function BrokerMargin({ margin }: { margin: MarginState }) {
  return (
    <span className={cx("col-span-3 text-12", margin.kind === "told" && margin.short ? "text-warn" : "text-text-3")} aria-busy={margin.kind === "asking"}>
      {margin.kind === "asking" && "Margin at the broker: asking…"}
      {margin.kind === "not-told" && `Margin at the broker not told: ${margin.why}`}
      {margin.kind === "told" && (
        <>
          Margin at the broker <Figure value={margin.required} currency={margin.currency} />, free{" "}
          <Figure value={margin.available} currency={margin.currency} why="The broker does not tell what is free" />
          {margin.short && ": more than is free"}
        </>
      )}
    </span>
  );
}
