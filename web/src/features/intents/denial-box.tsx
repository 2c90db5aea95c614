import { ruleName } from "~/api/checks";
import type { Check, ChildOrder } from "~/api/types";
import { formatAny } from "~/lib/format";

interface Denied {
  accounts: string[];
  denial: Check;
}

/** Denials that say the same thing of several accounts, told once. */
export function denials(orders: readonly ChildOrder[]): Denied[] {
  const told = new Map<string, Denied>();
  for (const { account_name, denial } of orders) {
    if (denial) {
      const key = JSON.stringify(denial);
      const same = told.get(key) ?? { accounts: [], denial };
      same.accounts.push(account_name);
      told.set(key, same);
    }
  }
  return [...told.values()];
}

const names = new Intl.ListFormat("en", { type: "conjunction" });

/** Who was denied, by which rule, with its numbers and what would pass. */
export function DenialBox({ accounts, denial }: Denied) {
  const figures = [
    ["Limit", denial.limit, denial.unit],
    ["Now", denial.current, denial.unit],
    ["Would pass", denial.would_pass === "0" ? "no quantity" : denial.would_pass, ""],
  ] as const;
  return (
    <div className="edge-danger rounded-md px-3 py-2">
      <p>
        <b className="font-semibold">
          {names.format(accounts)} {accounts.length === 1 ? "was" : "were"} denied by {ruleName(denial.rule)}.
        </b>{" "}
        <span className="text-text-2">{denial.message}</span>
      </p>
      <dl className="mt-1 flex flex-wrap gap-x-5 gap-y-1 text-12">
        {figures.map(([name, value, unit]) => (
          <div key={name} className="flex gap-1.5">
            <dt className="text-text-3">{name}</dt>
            <dd className="tabular-nums">
              {formatAny(value)} {value && unit}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
