/** How a session's life state is called and coloured. */
export const LIVES = {
  active: { text: "Session up", tone: "paper" },
  expiring: { text: "Session ends soon", tone: "warn" },
  needs_login: { text: "Needs a login", tone: "danger" },
  dead: { text: "No session", tone: "danger" },
} as const;
