/** Who is who in a case, as this phone holds it. */
import type { CaseBox } from "../store/model.ts";
import type { Participant } from "../wire.ts";

/** The part of the person who holds this phone: a parent's own part in this case, or staff. */
export type Part = "CP" | "NCP" | "AP" | "staff";

const RECEIVING = 2;
const STAFF = 8;

/** The role belongs to the participant's part in each case, never to the account. */
export function part_in(box: Pick<CaseBox, "mask" | "participants">): Part {
  if (box.mask & STAFF) return "staff";
  const own = box.participants.find(person => person.mine);
  if (own?.role && own.role !== "CH") return own.role;
  return box.mask & RECEIVING ? "CP" : "NCP";
}

/** The thread in which this parent writes: their own participant's id. */
export function own_thread(box: Pick<CaseBox, "participants">): string | null {
  return box.participants.find(person => person.mine)?.id ?? null;
}

/** First and last name of a participant, as far as this audience may know them. */
export function full_name(person: Participant | undefined): string {
  return [person?.first_name, person?.last_name].filter(Boolean).join(" ");
}

/** The parents of a case, the receiving one first. */
export function adults(box: Pick<CaseBox, "participants">): CaseBox["participants"] {
  return box.participants.filter(person => person.role !== "CH").sort((one, other) => Number(other.role === "CP") - Number(one.role === "CP"));
}

export function paying(part: Part): boolean {
  return part === "NCP" || part === "AP";
}
