import type { AccountSummary, Instrument } from "~/api/types";
import { Check, DecimalInput } from "~/ui/field";
import { Mapping } from "./mapping";
import { type GroupForm, type MemberForm, POLICIES } from "./policies";

interface MembersProps {
  accounts: readonly AccountSummary[];
  instruments: readonly Instrument[];
  group: GroupForm;
  onChange: (members: MemberForm[]) => void;
}

/** Which accounts belong to the group, and how much of it each takes. */
export function Members({ accounts, instruments, group, onChange }: MembersProps) {
  const weight = POLICIES[group.policy].weight;
  const edit = (account: string, change: Partial<MemberForm>): void =>
    onChange(group.members.map((member) => (member.account === account ? { ...member, ...change } : member)));
  const toggle = (account: string, into: boolean): void =>
    onChange(
      into
        ? [...group.members, { account, weight: "1", cap: "", instruments: {} }]
        : group.members.filter((member) => member.account !== account),
    );
  return (
    <div className="overflow-x-auto">
      <table className="w-full" aria-label="Members">
        <thead>
          <tr className="text-11 text-text-3">
            <th scope="col" className="py-1 text-left font-medium">
              Account
            </th>
            {weight && (
              <th scope="col" className="w-28 px-1 text-left font-medium">
                {weight}
              </th>
            )}
            <th scope="col" className="w-28 px-1 text-left font-medium">
              Cap
            </th>
            <th scope="col" className="px-1 text-left font-medium">
              Trades
            </th>
          </tr>
        </thead>
        <tbody>
          {accounts.map(({ id, name, currency }) => {
            const member = group.members.find(({ account }) => account === id);
            return (
              <tr key={id} className="border-t border-faint">
                <td className="py-1 pr-2">
                  <Check
                    label={
                      <>
                        {name} <span className="text-text-3">{currency}</span>
                      </>
                    }
                    checked={member !== undefined}
                    onChange={(into) => toggle(id, into)}
                  />
                </td>
                {weight && (
                  <td className="px-1 py-1">
                    {member && (
                      <DecimalInput aria-label={`${weight} of ${name}`} value={member.weight} onChange={(event) => edit(id, { weight: event.target.value })} />
                    )}
                  </td>
                )}
                <td className="px-1 py-1">
                  {member && (
                    <DecimalInput
                      aria-label={`Cap of ${name}`}
                      placeholder="none"
                      value={member.cap}
                      onChange={(event) => edit(id, { cap: event.target.value })}
                    />
                  )}
                </td>
                <td className="py-1">
                  {member && <Mapping account={name} instruments={instruments} mapped={member.instruments} onChange={(mapped) => edit(id, { instruments: mapped })} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
