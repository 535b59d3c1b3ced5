/** The first screen of those who have no cases: an administrator's devices, the cases that a helper or an auditor was let into. */
import type { Params } from "../routes.ts";
import { session } from "../store/live.ts";
import { Cases } from "./Cases.tsx";
import { Devices } from "./Devices.tsx";

export function Front({ params }: { params: Params }) {
  return session.value?.role === "admin" ? <Devices params={params} /> : <Cases params={params} />;
}
