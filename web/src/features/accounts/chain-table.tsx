import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { ChainOption, ChainRow, OptionChain } from "~/api/types";
import { cx } from "~/lib/cx";
import { placesOf } from "~/lib/decimal";
import { UNKNOWN, formatFigure } from "~/lib/format";
import { Figure } from "~/ui/number";

type Side = "call" | "put";
const STEPS: Readonly<Record<string, readonly [rows: number, side: Side | null]>> = {
  ArrowDown: [1, null],
  ArrowUp: [-1, null],
  PageDown: [8, null],
  PageUp: [-8, null],
  Home: [-1e9, null],
  End: [1e9, null],
  ArrowLeft: [0, "call"],
  ArrowRight: [0, "put"],
};

interface ChainTableProps {
  chain: OptionChain;
  /** The last read failed: what stands here is dimmed. */
  old: boolean;
  picked: readonly string[];
  /** Left out for who may only look. */
  onPick: ((pick: string) => void) | undefined;
}

interface CellProps {
  option: ChainOption | null;
  side: Side;
  strike: string;
  places: number | undefined;
  why: string;
  picked: boolean;
  tabStop: boolean;
  onPick: ((pick: string) => void) | undefined;
  onFocus: () => void;
}

const PRICES = "grid grid-cols-2 gap-x-1 sm:grid-cols-3 sm:gap-x-2";
const spoken = (price: string | null): string => (price === null ? "none" : formatFigure(price));

/** One contract: bid and ask, and its last price, beside them where there is room and below where there is none. */
function Cell({ option, side, strike, places, why, picked, tabStop, onPick, onFocus }: CellProps) {
  if (!option) {
    return <td className="px-1 text-center text-text-3" title="The broker lists none">{UNKNOWN}</td>;
  }
  const mark = picked ? "picked" : option.listed ? "listed" : "";
  const price = (value: string | null) => <Figure value={value} places={places} why={why || "No price"} flash />;
  const label = `${side === "call" ? "Call" : "Put"} ${formatFigure(strike)}, bid ${spoken(option.bid)}, ask ${spoken(option.ask)}${mark && `, ${mark}`}`;
  const last = (
    <span className={cx("col-span-2 flex items-baseline justify-end gap-1.5 text-12 text-text-2 sm:col-span-1 sm:text-13", side === "put" && "sm:order-last")}>
      {mark && <span className={cx("text-12", picked ? "text-accent" : "text-text-3")}>{mark}</span>}
      {price(option.last)}
    </span>
  );
  return (
    <td className="p-0">
      <button
        type="button"
        data-side={side}
        aria-label={label}
        aria-pressed={picked}
        aria-disabled={onPick === undefined}
        tabIndex={tabStop ? 0 : -1}
        className={cx("w-full px-1 py-1 text-right outline-offset-[-2px] hover:bg-hover max-sm:text-12 sm:px-2", PRICES, picked && "tint-accent")}
        onFocus={onFocus}
        onClick={() => onPick?.(option.pick)}
      >
        {side === "call" && <span className="contents max-sm:hidden">{last}</span>}
        {price(option.bid)}
        {price(option.ask)}
        <span className={cx("contents", side === "call" && "sm:hidden")}>{last}</span>
      </button>
    </td>
  );
}

function Titles({ side }: { side: Side }) {
  const last = <span className="max-sm:order-last max-sm:col-span-2">Last</span>;
  return (
    <span className={cx("text-right font-normal text-text-3", PRICES)}>
      {side === "call" && last}
      <span>Bid</span>
      <span>Ask</span>
      {side === "put" && last}
    </span>
  );
}

const idOf = (row: ChainRow, side: Side): string => row[side]?.id ?? "";

/** Calls, strikes and puts, lowest strike first: arrows move over the contracts, Enter or a click picks one or puts it back. */
export function ChainTable({ chain, old, picked, onPick }: ChainTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState("");
  const places = placesOf(chain.tick_size);
  const contracts = chain.rows.flatMap((row) => [row.call, row.put]).filter((each) => each !== null);
  const money = chain.rows.find((row) => row.strike === chain.at_the_money) ?? chain.rows[Math.floor(chain.rows.length / 2)];
  const first = money ? idOf(money, "call") || idOf(money, "put") : "";
  const tabStop = contracts.some((each) => each.id === at) ? at : first || contracts[0]?.id;
  useEffect(() => {
    // The money stands in the middle when the chain opens; from then on the reader scrolls.
    const box = scroller.current;
    const row = box?.querySelector<HTMLElement>("tr[data-money]");
    if (box && row) {
      box.scrollTop = row.offsetTop - (box.clientHeight - row.clientHeight) / 2;
    }
  }, []);
  const move = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    const step = STEPS[event.key];
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("button[data-side]");
    if (!step || !button) {
      return;
    }
    event.preventDefault();
    const side = step[1] ?? button.dataset["side"];
    const rows = [...event.currentTarget.querySelectorAll<HTMLTableRowElement>("tr")];
    const here = rows.indexOf(button.closest("tr") as HTMLTableRowElement);
    const next = rows[Math.min(rows.length - 1, Math.max(0, here + step[0]))];
    const target = next?.querySelector<HTMLButtonElement>(`button[data-side=${side}]`) ?? next?.querySelector<HTMLButtonElement>("button");
    target?.focus();
    target?.scrollIntoView({ block: "nearest" });
  };
  const cell = (row: ChainRow, side: Side) => (
    <Cell
      option={row[side]}
      side={side}
      strike={row.strike}
      places={places}
      why={chain.reason}
      picked={row[side] !== null && picked.includes(row[side].pick)}
      tabStop={idOf(row, side) === tabStop}
      onPick={onPick}
      onFocus={() => setAt(idOf(row, side))}
    />
  );
  return (
    <div ref={scroller} className={cx("relative max-h-[46dvh] overflow-y-auto rounded-md border border-line", old && "opacity-60")}>
      <table className="w-full table-fixed border-collapse" aria-label={`Options on ${chain.underlying}`}>
        <thead className="sticky top-0 z-10 bg-panel text-12">
          <tr className="border-b border-line">
            <th scope="col" className="px-1 py-1 text-center font-semibold sm:px-2">
              Calls
              <Titles side="call" />
            </th>
            <th scope="col" className="w-20 px-1 py-1 text-center font-semibold sm:w-28">
              Strike
              <span className="block font-normal text-text-3 tabular-nums">
                <Figure value={chain.last} places={places} why={chain.reason || "Not known"} />
              </span>
            </th>
            <th scope="col" className="px-1 py-1 text-center font-semibold sm:px-2">
              Puts
              <Titles side="put" />
            </th>
          </tr>
        </thead>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- one listener moves between the buttons inside */}
        <tbody onKeyDown={move}>
          {chain.rows.map((row) => {
            const marked = row.strike === chain.at_the_money;
            return (
              <tr key={`${idOf(row, "call")} ${idOf(row, "put")}`} data-money={marked || undefined} className={cx("border-b border-faint", marked && "bg-raised")}>
                {cell(row, "call")}
                <th scope="row" className={cx("px-1 text-center tabular-nums", marked ? "font-semibold text-accent" : "font-normal")}>
                  <Figure value={row.strike} />
                  {marked && <span className="block text-12 font-normal leading-none">at the money</span>}
                </th>
                {cell(row, "put")}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
