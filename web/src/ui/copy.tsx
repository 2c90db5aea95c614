import { useEffect, useState } from "react";
import { Button, type ButtonProps } from "./button";
import { Icon } from "./icon";

interface CopyProps extends Omit<ButtonProps, "onClick" | "children"> {
  text: string | (() => string);
  label?: string;
}

export function CopyButton({ text, label = "Copy", ...rest }: CopyProps) {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  useEffect(() => {
    if (state === "idle") {
      return undefined;
    }
    const timer = setTimeout(() => setState("idle"), 1500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setState("copied");
    } catch {
      setState("refused");
    }
  };
  return (
    <Button size="small" onClick={() => void copy()} {...rest}>
      <Icon name={state === "copied" ? "check" : "copy"} size={14} />
      <span aria-live="polite">{{ idle: label, copied: "Copied", refused: "Select and copy by hand" }[state]}</span>
    </Button>
  );
}

/** Text to take elsewhere: an address, a template, a command. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative rounded-md border border-line bg-ground">
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className="overflow-x-auto whitespace-pre p-3 pr-24 font-mono text-12"
      >
        {text}
      </pre>
      <CopyButton text={text} className="absolute right-2 top-2" aria-label={`Copy ${label}`} />
    </div>
  );
}
