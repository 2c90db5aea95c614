import type { Login } from "~/api/types";

/** What brokers add to the address to which they send a browser back after a login; Fyers adds a `code` of its own kind too. */
const BRINGS = [
  ["request_token", "zerodha"],
  ["auth_code", "fyers"],
  ["tokenId", "dhan"],
  ["code", "schwab"],
] as const;

const LAST = "bidwell.login";

/** The broker whose login led to an address; null where none did. */
export function brokerOf(search: string): string | null {
  const given = new URLSearchParams(search);
  return BRINGS.find(([name]) => given.has(name))?.[1] ?? null;
}

/** The account that a returned login is for: the one whose link was followed last, else the first of that broker. */
export function receiverOf(logins: readonly Login[], broker: string | null, followed: string | null): string | null {
  const fitting = logins.filter((login) => login.broker === broker);
  return (fitting.find((login) => login.account === followed) ?? fitting[0])?.account ?? null;
}

/** Remember for which account a person left for the broker's page, which opens, and leads back, in a tab of its own. */
export function follow(account: string): void {
  localStorage.setItem(LAST, account);
}

/** The account whose link was followed last in this browser. */
export function followed(): string | null {
  return localStorage.getItem(LAST);
}
