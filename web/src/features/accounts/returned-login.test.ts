import { describe, expect, it } from "vitest";
import type { Login } from "~/api/types";
import { brokerOf, receiverOf } from "./returned-login";

const login = (account: string, broker: string): Login => ({
  account,
  broker,
  name: account,
  number: "1",
  life: "needs_login",
  reason: "",
  login_url: "",
  until: null,
  fields: [],
});
const LOGINS = [login("a", "zerodha"), login("b", "fyers"), login("c", "fyers"), login("d", "schwab")];

describe("a login that led back here", () => {
  it("tells its broker by what it brings", () => {
    expect(brokerOf("?s=ok&code=200&auth_code=abc&state=None")).toBe("fyers");
    expect(brokerOf("?request_token=abc&action=login")).toBe("zerodha");
    expect(brokerOf("?code=abc&session=def")).toBe("schwab");
    expect(brokerOf("?tokenId=abc")).toBe("dhan");
    expect(brokerOf("?page=2")).toBeNull();
  });

  it("is for the account whose link was followed, where that is the broker's", () => {
    expect(receiverOf(LOGINS, "fyers", "c")).toBe("c");
    expect(receiverOf(LOGINS, "fyers", "a")).toBe("b");
    expect(receiverOf(LOGINS, "schwab", null)).toBe("d");
    expect(receiverOf(LOGINS, "dhan", "a")).toBeNull();
  });
});
