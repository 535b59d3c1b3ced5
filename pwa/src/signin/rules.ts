/** What people type beside a code, and what a scanned picture brings. */

/** A day of birth as people write it here, month first, for the server; anything else stays as it is. */
export function as_day(typed: string): string {
  const [, month = "", day = "", year = ""] = /^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})$/.exec(typed) ?? [];
  return year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : typed;
}

/** The code behind the `#` of a scanned address, as it is typed; empty when there is none that can be read. */
export function code_in(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, "")).replaceAll("-", " ").trim();
  } catch {
    return "";
  }
}
