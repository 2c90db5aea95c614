import { type ReactNode, useEffect, useId, useRef } from "react";
import { cx } from "~/lib/cx";
import { Button } from "./button";
import { Icon } from "./icon";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  width?: "small" | "medium" | "large";
  /** Leaves out the heading for the eye; it is still read aloud. */
  bare?: boolean;
  /** Hangs from the top, for content whose height changes while one types. */
  top?: boolean;
}

const WIDTHS = { small: "w-[400px]", medium: "w-[560px]", large: "w-[820px]" } as const;

/**
 * The platform's own modal dialog: focus trap, Esc, an inert page behind it, and no style elements that a strict
 * content security policy would refuse. It opens on its first control, so that a form is typed into at once.
 */
export function Dialog({ title, open, onClose, children, footer, width = "medium", bare = false, top = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // A drag or a hold that began inside and ends outside is no click on the backdrop, though the browser makes it one.
  const began = useRef(false);
  useEffect(() => {
    const dialog = element.current;
    if (open && dialog && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>("input, select, textarea")?.focus();
    }
    return () => dialog?.close();
  }, [open]);
  if (!open) {
    return null;
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- a click on the backdrop closes; the keyboard has Esc
    <dialog
      ref={element}
      aria-labelledby={heading}
      className={cx(
        "mx-auto max-h-[85dvh] max-w-[calc(100vw-24px)] flex-col overflow-hidden rounded-md border border-line bg-panel p-0 text-text outline-none open:flex",
        top ? "mt-[12dvh]" : "my-auto",
        WIDTHS[width],
      )}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        began.current = event.target === event.currentTarget;
      }}
      onClick={(event) => event.target === event.currentTarget && began.current && onClose()}
    >
      <div className={cx("flex items-center border-b border-line py-2 pl-4 pr-2", bare && "sr-only")}>
        <h2 id={heading} className="text-14 font-semibold">
          {title}
        </h2>
        <span className="flex-1" />
        {!bare && (
          <Button tone="quiet" size="small" aria-label="Close" onClick={onClose}>
            <Icon name="close" size={16} />
          </Button>
        )}
      </div>
      <div className={cx("min-h-0 flex-1 overflow-auto", !bare && "p-4")}>{children}</div>
      {footer && <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line p-3">{footer}</div>}
    </dialog>
  );
}
