import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

/** What may be lost at the stop: money, or per cent of the account's equity. */
export type RiskBy = "risk_amount" | "risk_percent";

interface TicketRisk {
  open: boolean;
  by: RiskBy;
  risk: string;
  change: (change: Partial<Pick<TicketRisk, "open" | "by" | "risk">>) => void;
}

/** The risk from which the ticket sizes an order: it outlives the page, as the ticket does. */
export const useTicketRisk = create<TicketRisk>()(
  persist((set) => ({ open: false, by: "risk_amount", risk: "", change: (change) => set(change) }), {
    name: "bidwell.ticket-risk",
    version: 1,
    storage: createJSONStorage(() => sessionStorage),
  }),
);
