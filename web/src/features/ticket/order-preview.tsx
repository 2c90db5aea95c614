import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { intentQuery, previewQuery } from "~/api/intents";
import { useInstrument } from "~/api/market";
import { Problem } from "~/api/problem";
import type { IntentReceipt, IntentRequest, Preview } from "~/api/types";
import { cx } from "~/lib/cx";
import { useDebounced } from "~/lib/use-debounced";
import { sentence, shortId } from "~/lib/words";
import { Button } from "~/ui/button";
import { HoldButton } from "~/ui/hold-button";
import { Icon } from "~/ui/icon";
import { Figure } from "~/ui/number";
import { ProblemBox } from "~/ui/problem";
import { Skeleton } from "~/ui/skeleton";
import { useBrokerMargin } from "./broker-margin";
import { PreviewBox } from "./preview-box";
import { useSend } from "./send";

interface OrderPreviewProps {
  workspace: string;
  request: IntentRequest | null;
  /** What is still to be written, when there is no request. */
  missing: string | null;
  live: boolean;
  mayTrade: boolean;
  onSent?: (receipt: IntentReceipt) => void;
}

const DEBOUNCE_MS = 180;

interface SendButtonProps {
  preview: Preview | undefined;
  request: IntentRequest | null;
  missing: string | null;
  settled: boolean;
  /** Why there is no preview to send: the desk refused it, or is not there. */
  refusal: string | null;
  busy: boolean;
  live: boolean;
  mayTrade: boolean;
  onSend: () => void;
}

/** The button that says the whole truth. Live orders are held, paper orders clicked. */
function SendButton({ preview, request, missing, settled, refusal, busy, live, mayTrade, onSend }: SendButtonProps) {
  const tone = request?.side === "SELL" ? "sell" : request?.side === "BUY" ? "buy" : request ? "primary" : "plain";
  const ready = Boolean(preview && preview.allowed > 0 && settled && mayTrade);
  const text = !mayTrade
    ? "Your role may look, not trade"
    : missing
      ? `Still missing: ${missing}`
      : (refusal ?? preview?.button ?? "Reckoning…");
  if (live && ready) {
    return (
      <HoldButton tone={tone} size="large" wrap className="w-full" effect={`${text}, with real money.`} onConfirm={onSend}>
        {text}
      </HoldButton>
    );
  }
  return (
    <Button tone={tone} size="large" wrap className="w-full" disabled={!ready} busy={busy} onClick={onSend}>
      {text}
    </Button>
  );
}

/** What was sent and what has become of it: it stays until it is put away. */
function Receipt({ workspace, receipt, onDismiss }: { workspace: string; receipt: IntentReceipt; onDismiss: () => void }) {
  const { data } = useQuery(intentQuery(workspace, receipt.id));
  const outcome = data
    ? (["filled", "working", "in_doubt", "denied"] as const)
        .filter((name) => data[name] > 0)
        .map((name) => `${data[name]} ${name.replace("_", " ")}`)
        .join(", ") || data.status
    : "sent";
  return (
    <p role="status" className="flex items-center gap-2 rounded-md border border-line bg-raised py-1.5 pl-2.5 pr-1.5">
      <span className={cx("min-w-0 flex-1", data && data.denied + data.in_doubt > 0 && "text-warn")}>
        {receipt.duplicate ? `Was already sent: ${outcome}` : sentence(outcome)}
      </span>
      <Link to="/intents/$id" params={{ id: receipt.id }} className="font-mono text-12 text-accent underline">
        {shortId(receipt.id, 8, 4)}
      </Link>
      <Button tone="quiet" size="small" aria-label="Put the receipt away" onClick={onDismiss}>
        <Icon name="close" size={14} />
      </Button>
    </p>
  );
}

/** The live preview of a request and the button that sends exactly that request. */
export function OrderPreview({ workspace, request, missing, live, mayTrade, onSent }: OrderPreviewProps) {
  const settledText = useDebounced(JSON.stringify(request), DEBOUNCE_MS);
  const settled = settledText === JSON.stringify(request);
  const asked = JSON.parse(settledText) as IntentRequest | null;
  const preview = useQuery(previewQuery(workspace, asked));
  const instrument = useInstrument(workspace, request?.instrument);
  const send = useSend(workspace);
  const [receipt, setReceipt] = useState<IntentReceipt | null>(null);
  const shown = request ? preview.data : undefined;
  const margin = useBrokerMargin(workspace, request, shown);
  const current = settled && !preview.isPlaceholderData && !preview.isError;
  const onSend = (): void => {
    if (request) {
      send.mutate(request, {
        onSuccess: (sent) => {
          setReceipt(sent);
          onSent?.(sent);
        },
      });
    }
  };
  const problem = send.error ? Problem.from(send.error) : request && preview.error ? Problem.from(preview.error) : null;
  return (
    <div className="grid grid-cols-1 gap-3">
      {request && !shown && !problem && <Skeleton className="h-24 w-full" />}
      {shown && !preview.isError && <PreviewBox preview={shown} stale={!current} margin={margin} />}
      {problem && (
        <div className="-m-3.5">
          <ProblemBox problem={problem} />
        </div>
      )}
      <SendButton
        preview={current ? shown : undefined}
        request={request}
        missing={missing}
        settled={current}
        refusal={preview.isError ? (Problem.from(preview.error).status === 0 ? "The desk cannot be reached" : "Cannot be sent as written") : null}
        busy={send.isPending}
        live={live}
        mayTrade={mayTrade}
        onSend={onSend}
      />
      {receipt && <Receipt workspace={workspace} receipt={receipt} onDismiss={() => setReceipt(null)} />}
      {shown && (
        <p className="flex justify-between text-text-2">
          <span>{shown.allocations.some(({ side }) => side === "SELL") ? "Proceeds" : "Cost"}</span>
          <Figure value={shown.total_cost} currency={instrument?.currency} why="There is no price to reckon it with" />
        </p>
      )}
    </div>
  );
}
