import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface Tab {
  id: string;
  label: string;
  count?: number | undefined;
  content: ReactNode;
}

interface TabsProps {
  label: string;
  tabs: readonly Tab[];
  value: string;
  onChange: (id: string) => void;
  /** At the right end of the row of tabs. */
  aside?: ReactNode;
}

export function Tabs({ label, tabs, value, onChange, aside }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 items-center border-b border-line px-2.5 pt-1">
        <Radix.List aria-label={label} className="scroll-quiet flex min-w-0 gap-0.5 overflow-x-auto">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.id}
              value={tab.id}
              className="-mb-px whitespace-nowrap border-b-2 border-transparent px-2.5 pb-1.5 pt-1 text-text-3 hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {tab.label}
              {tab.count !== undefined && <span className="tabular-nums"> {tab.count}</span>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        <span className="flex-1" />
        {aside}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="min-h-0 flex-1 overflow-auto">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
