/** The screens that only ask the server. They are one file of their own, which a phone fetches when somebody opens one of them. */
import type { ScreenType } from "../routes.ts";
import { Cases } from "./Cases.tsx";
import { Devices } from "./Devices.tsx";
import { Exposure } from "./Exposure.tsx";
import { Front } from "./Front.tsx";
import { Helpers } from "./Helpers.tsx";
import { Kept } from "./Kept.tsx";
import { Look } from "./Look.tsx";
import { Safety } from "./Safety.tsx";
import { Unit } from "./Unit.tsx";
import { load_agency_words } from "./words.ts";

const SCREENS = { cases: Cases, devices: Devices, exposure: Exposure, home: Front, helpers: Helpers, kept: Kept, look: Look, safety: Safety, unit: Unit } satisfies Record<string, ScreenType>;

export async function screen(name: keyof typeof SCREENS): Promise<ScreenType> {
  await load_agency_words();
  return SCREENS[name];
}
