import { create } from "zustand";
import { Icon } from "./icon";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "warn" | "danger";
  action?: { label: string; run: () => void } | undefined;
}

interface Toasts {
  toasts: readonly Toast[];
  dismiss: (id: number) => void;
}

const SHOWN_MS = 6000;
const MOST = 4;
let nextId = 1;

const useToasts = create<Toasts>()((set) => ({
  toasts: [],
  dismiss: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));

/** A passing word. What a person must act on is a row that stays, never a toast alone. */
export function toast(text: string, options: Partial<Pick<Toast, "tone" | "action">> = {}): void {
  const id = nextId;
  nextId += 1;
  useToasts.setState((state) => ({ toasts: [...state.toasts, { id, text, tone: "plain" as const, ...options }].slice(-MOST) }));
  setTimeout(() => useToasts.getState().dismiss(id), SHOWN_MS);
}

const EDGES = { plain: "border-line", warn: "border-warn", danger: "border-danger" } as const;

export function Toaster() {
  const { toasts, dismiss } = useToasts();
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed bottom-9 right-3 z-50 flex w-80 max-w-[calc(100vw-24px)] flex-col gap-2 max-md:bottom-16">
      {toasts.map(({ id, text, tone, action }) => (
        <div key={id} className={`pointer-events-auto flex items-start gap-2 rounded-md border bg-raised p-3 ${EDGES[tone]}`}>
          <p className="min-w-0 flex-1 break-words">{text}</p>
          {action && (
            <button type="button" className="font-semibold text-accent" onClick={action.run}>
              {action.label}
            </button>
          )}
          <button type="button" aria-label="Dismiss" className="text-text-3 hover:text-text" onClick={() => dismiss(id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
