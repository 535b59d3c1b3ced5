/** The devices that an operator answers for: how each fares, and taking a lost one's access away. */
import { useEffect, useState } from "preact/hooks";
import { say_code } from "../i18n/codes.ts";
import { fill } from "../i18n/fill.ts";
import { language, more } from "../i18n/language.ts";
import { say_instant } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { back_to_more } from "../settings/back.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Fact, Facts, Mark } from "../ui/Card.tsx";
import { now } from "../ui/clock.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { path } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { Loading, Nothing } from "../ui/States.tsx";
import { type DeviceView, find_devices, revoke_device } from "./actions.ts";

const CLOCK_RIGHT_MS = 30_000;

interface Held {
  devices: DeviceView[];
  after: string | null;
  trouble: "offline" | "forbidden" | null;
}

export function Devices(_: { params: Params }) {
  const { operators: say } = more();
  const [held, hold] = useState<Held | null>(null);
  const read = async (after: string | null) => {
    const page = await find_devices(after);
    const before = after ? held?.devices ?? [] : [];
    hold("devices" in page ? { devices: [...before, ...page.devices], after: page.after, trouble: null } : { devices: before, after, trouble: page.status === 403 ? "forbidden" : "offline" });
  };
  useEffect(() => { void read(null); }, []);
  return (
    <Screen title={say.title} {...(path.value === "/" ? {} : { back: back_to_more() })} lead={say.lead} wide>
      {held === null && <Loading say={say.loading} />}
      {held?.trouble && <Banner tone="care" live><p>{say[held.trouble]}</p><div><Button icon="refresh" onPress={() => { void read(null); }}>{say.again}</Button></div></Banner>}
      {held && !held.trouble && held.devices.length === 0 && <Nothing icon="mobile" title={say.none_title}>{say.none}</Nothing>}
      <div class="stack">{held?.devices.map(device => <Device key={device.id} device={device} changed={() => { void read(null); }} />)}</div>
      {held?.after && !held.trouble && <div><Button onPress={() => { void read(held.after); }}>{say.more}</Button></div>}
    </Screen>
  );
}

/** What sort of device it is; each names itself when it comes, as "browser touch". */
export function say_kind(kind: string): string {
  return say_code(more().operators.kind, kind.replace(" ", "_"));
}

/** How it stands, as a key of the words. */
export function standing({ closed_at, revoked_at, wipe }: Pick<DeviceView, "closed_at" | "revoked_at" | "wipe">): "active" | "revoked" | "wiping" | "closed" {
  if (revoked_at) return wipe ? "wiping" : "revoked";
  return closed_at ? "closed" : "active";
}

function Device({ device, changed }: { device: DeviceView; changed: () => void }) {
  const { operators: say } = more();
  const state = standing(device);
  return (
    <article data-device={device.id}>
      <Card>
        <div class="stack-tight">
          <h2 class="hearing-title">{device.person}</h2>
          <p class="soft">{say_kind(device.kind)}</p>
          <div><Mark tone={state === "active" ? "good" : "bad"}>{say.state[state]}</Mark></div>
        </div>
        <Numbers device={device} />
        {(state === "active" || state === "revoked") && <Revoke device={device} changed={changed} may_revoke={state === "active"} />}
      </Card>
    </article>
  );
}

function Numbers({ device }: { device: DeviceView }) {
  const { operators: say } = more();
  const when = (at: string | null) => (at ? say_instant(language.value, Date.parse(at), now.value) : say.never);
  return (
    <>
      <Facts>
        <Fact name={say.seen}>{when(device.seen_at)}</Fact>
        <Fact name={say.lease}>{when(device.lease_until)}</Fact>
        <Fact name={say.digest}>{when(device.digest_at)}</Fact>
        <Fact name={say.clock}>{clock_text(device.clock_ms)}</Fact>
        <Fact name={say.version}>{device.app_version || say.unknown}</Fact>
      </Facts>
      <dl class="figures">
        <div><dt>{say.unsent}</dt><dd>{device.unsent}</dd></div>
        <div><dt>{say.refused}</dt><dd>{device.refused}</dd></div>
        <div><dt>{say.parked}</dt><dd>{device.parked}</dd></div>
      </dl>
    </>
  );
}

function clock_text(ahead_ms: number): string {
  const { operators: say } = more();
  if (Math.abs(ahead_ms) < CLOCK_RIGHT_MS) return say.clock_right;
  return fill(ahead_ms > 0 ? say.clock_ahead : say.clock_behind, { n: Math.round(Math.abs(ahead_ms) / 1000) });
}

function Revoke({ device, changed, may_revoke }: { device: DeviceView; changed: () => void; may_revoke: boolean }) {
  const { operators: say } = more();
  const [asked, ask] = useState<"revoke" | "wipe" | null>(null);
  const [failed, fail] = useState(false);
  const go = async (wipe: boolean) => {
    ask(null);
    const done = await revoke_device(device.id, wipe);
    fail(!done);
    if (done) changed();
  };
  return (
    <>
      {failed && <Banner tone="bad" live><p>{say.failed}</p></Banner>}
      <Buttons>
        {may_revoke && <Button kind="danger" online onPress={() => { ask("revoke"); }}>{say.revoke}</Button>}
        <Button kind="danger" online onPress={() => { ask("wipe"); }}>{say.wipe}</Button>
      </Buttons>
      {asked && (
        <Dialog title={asked === "wipe" ? say.wipe_title : say.revoke_title} onClose={() => { ask(null); }}>
          <p>{fill(asked === "wipe" ? say.wipe_why : say.revoke_why, { person: device.person })}</p>
          <Buttons>
            <Button kind="primary" onPress={() => { ask(null); }}>{say.keep}</Button>
            <Button kind="danger" onPress={() => { void go(asked === "wipe"); }}>{say[asked]}</Button>
          </Buttons>
        </Dialog>
      )}
    </>
  );
}
