import { DEFAULT_LAYOUT, usePreferences } from "~/lib/preferences";
import { Button } from "~/ui/button";
import { Card } from "~/ui/panel";
import { Figure } from "~/ui/number";
import { Segmented } from "~/ui/segmented";
import type { ReactNode } from "react";

function Line({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className="grid items-center gap-2 border-t border-faint py-2.5 first:border-t-0 sm:grid-cols-[1fr_320px]">
      <span>
        {label}
        {hint && <span className="block text-12 text-text-3">{hint}</span>}
      </span>
      {children}
    </div>
  );
}

/** Look and density, kept in this browser. */
export function Appearance() {
  const { theme, palette, market, density, set } = usePreferences();
  return (
    <Card title="Appearance">
      <Line label="Theme">
        <Segmented
          label="Theme"
          value={theme}
          choices={[
            { value: "system", label: "System" },
            { value: "dark", label: "Dark" },
            { value: "light", label: "Light" },
          ]}
          onChange={(value) => set({ theme: value })}
        />
      </Line>
      <Line label="Density" hint="Height of table rows">
        <Segmented
          label="Density"
          value={density}
          choices={[
            { value: "compact", label: "Compact" },
            { value: "normal", label: "Normal" },
            { value: "relaxed", label: "Relaxed" },
          ]}
          onChange={(value) => set({ density: value })}
        />
      </Line>
      <Line label="Colours" hint="Blue and orange can be told apart with colour-blind eyes">
        <Segmented
          label="Colours"
          value={palette}
          choices={[
            { value: "teal-coral", label: "Teal, coral" },
            { value: "blue-orange", label: "Blue, orange" },
          ]}
          onChange={(value) => set({ palette: value })}
        />
      </Line>
      <Line label="Rising prices" hint="Some markets show a rise in red">
        <Segmented
          label="Rising prices"
          value={market}
          choices={[
            { value: "green-up", label: "First colour" },
            { value: "red-up", label: "Second colour" },
          ]}
          onChange={(value) => set({ market: value })}
        />
      </Line>
      <Line label="How it looks">
        <span className="flex gap-4">
          <Figure value="1284.1" tone="change" places={2} />
          <Figure value="-970" tone="change" places={2} />
          <span className="text-buy">Buy</span>
          <span className="text-sell">Sell</span>
        </span>
      </Line>
      <Line label="Desk layout" hint="Widths and heights of the panes">
        <Button onClick={() => set({ layout: DEFAULT_LAYOUT })}>Put back as delivered</Button>
      </Line>
    </Card>
  );
}
