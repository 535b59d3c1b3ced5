/** What notices are: which are new, what they lead to, and how an address on a lock screen names one. */
import type { IconName } from "../ui/Icon.tsx";
import type { Notice } from "../wire.ts";

export type Kind = Exclude<Notice["kind"], "test">;
type Held = Notice & { id: string };

export const ICONS: Record<Kind, IconName> = {
  payment: "money", disbursement: "money", missed: "money", document: "paper", message: "messages", overdue: "messages", oversight: "shield",
  device: "mobile", deadline: "clock", appointment: "calendar", reminder: "calendar", hearing: "court", hearing_reminder: "court",
};

/** Newest first; what a person sees no line for is left out. */
export function listed(notices: readonly Held[]): Held[] {
  return notices.filter(one => one.kind !== "test").toSorted((one, other) => other.told_at.localeCompare(one.told_at));
}

export function unopened(notices: readonly Held[]): Held[] {
  return notices.filter(one => one.kind !== "test" && !one.opened_at);
}

/** Where it leads. What a worker is told of a conversation leads to the inbox: the thread is the party's. */
export function target_of(notice: Notice, staff = false): string {
  const { kind, case_id, subject_id } = notice;
  if (staff && (kind === "message" || kind === "overdue")) return "/messages";
  if (staff && case_id && kind === "missed") return `/case/${case_id}`;
  if (kind === "oversight") return "/operators/unit";
  if (kind === "device") return "/more/security";
  if (kind === "overdue" && !case_id) return "/messages";
  if (!case_id) return "/notices";
  if (kind === "message" || kind === "overdue") return `/messages/${case_id}`;
  if (kind === "payment" || kind === "disbursement" || kind === "missed") return `/case/${case_id}/payments`;
  if (kind === "hearing" || kind === "hearing_reminder" || kind === "appointment" || kind === "reminder") return "/calendar";
  if (kind === "document" || (kind === "deadline" && subject_id !== case_id)) return `/documents/${case_id}`;
  return `/case/${case_id}`;
}

/** The id in an address like /n/Zm9v…: 16 bytes in base64url. Null for anything else. */
export function id_of(opaque: string): string | null {
  if (!/^[A-Za-z0-9_-]{22}$/.test(opaque)) return null;
  const bytes = Uint8Array.from(atob(`${opaque.replaceAll("-", "+").replaceAll("_", "/")}==`), letter => letter.charCodeAt(0));
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
