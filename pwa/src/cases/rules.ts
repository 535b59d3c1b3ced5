/** What is true of a case: pure functions of what the phone holds. */

import type { CaseBox } from "../store/model.ts";

/** What boot needs of a case: enough for one row of a list, one card of Home, and search. */
export interface CaseListItem {
  scope: string;
  mask: number;
  case_number: string;
  status: "open" | "closed";
  stage: string;
}

export function list_item(box: CaseBox): CaseListItem {
  const { scope, mask } = box;
  const { case_number, status, stage } = box.case;
  return { scope, mask, case_number, status, stage };
}
