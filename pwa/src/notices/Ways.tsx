/** Giving a mobile number or an e-mail address, confirming it with the code that comes there, and ending it. */
import { useEffect, useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { Banner } from "../ui/Banner.tsx";
import { TextField } from "../ui/Field.tsx";
import { cut } from "../ui/network.ts";
import { type Channel, confirm, end, give, load_reach, reach, type Told } from "./reach.ts";

export function Ways() {
  const { ways: say } = more();
  useEffect(() => { if (!cut.value) void load_reach(); }, [cut.value]);
  return (
    <Section title={say.title}>
      <p class="soft">{say.lead}</p>
      {cut.value && <Banner tone="care" icon="offline" live><p>{say.offline}</p></Banner>}
      {reach.value === null ? !cut.value && <p>{say.offline}</p> : <><Way channel="text" /><Way channel="email" /></>}
    </Section>
  );
}

function Way({ channel }: { channel: Channel }) {
  const { ways: say } = more();
  const known = reach.value?.find(one => one.channel === channel);
  const [told, tell] = useState<Told | null>(null);
  const [busy, work] = useState(false);
  const run: Run = async doing => {
    work(true);
    tell(await doing());
    work(false);
  };
  const on = known?.verified === true && !known.stopped;
  return (
    <Card>
      <div class="stack">
        <h3>{say.name[channel]}</h3>
        {known && <p><strong>{known.address}</strong>: {on ? say.on : known.stopped ? say.stopped : say.waits}</p>}
        {on && <Buttons><Button online busy={busy} onPress={() => { void run(async () => await end(channel)); }}>{say.end}</Button></Buttons>}
        {known && !known.verified && !known.stopped && <Code channel={channel} told={told} busy={busy} run={run} />}
        {!on && <Address channel={channel} told={told} busy={busy} run={run} />}
        <p role="status">{told && told !== "wrong_address" && told !== "wrong_code" ? say.told[told] : ""}</p>
      </div>
    </Card>
  );
}

type Run = (doing: () => Promise<Told>) => Promise<void>;

interface Part {
  channel: Channel;
  told: Told | null;
  busy: boolean;
  run: Run;
}

function Code({ channel, told, busy, run }: Part) {
  const { ways: say } = more();
  const [code, type] = useState("");
  return (
    <>
      <TextField id={`${channel}-code`} label={say.code} value={code} onInput={type} autocomplete="one-time-code" inputMode="text"
        wrong={told === "wrong_code" ? say.told.wrong_code : undefined} />
      <Buttons><Button kind="primary" online busy={busy} onPress={() => { void run(async () => await confirm(channel, code)); }}>{say.confirm}</Button></Buttons>
    </>
  );
}

function Address({ channel, told, busy, run }: Part) {
  const { ways: say } = more();
  const [address, type] = useState("");
  const [secluded, seclude] = useState(false);
  return (
    <>
      <TextField id={`${channel}-address`} label={say.label[channel]} hint={say.hint[channel]} value={address} onInput={type}
        autocomplete={channel === "text" ? "tel" : "email"} inputMode={channel === "text" ? "text" : "email"}
        wrong={told === "wrong_address" ? say.told.wrong_address : undefined} />
      <label class="choice">
        <input type="checkbox" checked={secluded} onChange={event => { seclude(event.currentTarget.checked); }} />
        <span class="row-text">{say.private}</span>
      </label>
      <Buttons><Button online busy={busy} onPress={() => { void run(async () => await give(channel, address, secluded)); }}>{say.send_code}</Button></Buttons>
    </>
  );
}
