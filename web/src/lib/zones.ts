const ZONES: Readonly<Record<string, { zone: string; city: string }>> = {
  XNYS: { zone: "America/New_York", city: "New York" },
  XNAS: { zone: "America/New_York", city: "New York" },
  XNSE: { zone: "Asia/Kolkata", city: "Mumbai" },
  XBOM: { zone: "Asia/Kolkata", city: "Mumbai" },
  XLON: { zone: "Europe/London", city: "London" },
  CMES: { zone: "America/Chicago", city: "Chicago" },
};

/** The time zone in which a calendar's sessions are told; UTC for markets that never close. */
export function zoneOf(calendar: string | undefined): { zone: string; city: string } {
  return ZONES[calendar ?? ""] ?? { zone: "UTC", city: "UTC" };
}
