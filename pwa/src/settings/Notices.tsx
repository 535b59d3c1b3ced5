/** Notices on this phone: what they say, and turning them on only after that was read. */
import { useState } from "preact/hooks";
import { more } from "../i18n/language.ts";
import { push_state, send_test, turn_off, turn_on } from "../push/device.ts";
import { Choices } from "../notices/Choices.tsx";
import type { Params } from "../routes.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, Buttons } from "../ui/Button.tsx";
import { Card, Section } from "../ui/Card.tsx";
import { Lamp } from "../ui/Icon.tsx";
import { cut } from "../ui/network.ts";
import { Screen } from "../ui/Screen.tsx";
import { back_to_more } from "./back.ts";

export function Notices(_: { params: Params }) {
  const { notices: say } = more();
  const now = push_state.value;
  return (
    <Screen title={say.title} lead={say.lead} back={back_to_more()}>
      <div class="stack">
        <p>{say.says}</p>
        <Sample />
      </div>
      <Banner tone={now === "on" ? "note" : now === "trouble" || now === "denied" ? "care" : "note"} icon="bell" live><p>{say.state[now]}</p></Banner>
      <Doing />
      {now === "ios_install" && <Steps title={say.install_title} steps={say.install} />}
      {now === "denied" && <Steps title={say.denied_title} steps={say.denied} />}
      <Choices />
      <p class="soft">{say.never_only}</p>
    </Screen>
  );
}

function Sample() {
  const { notices: say } = more();
  return (
    <div class="notice-sample">
      <Lamp size={36} />
      <div><strong>{say.sample_title}</strong><br />{say.sample}</div>
    </div>
  );
}

function Doing() {
  const { notices: say } = more();
  const [told, tell] = useState("");
  const now = push_state.value;
  const test = async () => { tell(await send_test() ? say.tested : say.not_tested); };
  if (now === "on") {
    return (
      <div class="stack">
        <Buttons>
          <Button kind="primary" icon="bell" online onPress={() => { void test(); }}>{say.test}</Button>
          <Button onPress={() => { void turn_off(); }}>{say.turn_off}</Button>
        </Buttons>
        <p role="status">{told}</p>
      </div>
    );
  }
  if (now !== "default" && now !== "off" && now !== "trouble" && now !== "working") return null;
  return (
    <div class="stack">
      <Buttons><Button kind="primary" icon="bell" online busy={now === "working"} onPress={() => { void turn_on(); }}>{say.turn_on}</Button></Buttons>
      {cut.value ? <p class="soft">{more().refused.network}</p> : now === "default" && <p class="soft">{say.asks}</p>}
    </div>
  );
}

function Steps({ title, steps }: { title: string; steps: readonly string[] }) {
  return <Section title={title}><Card><ol class="numbers">{steps.map(step => <li key={step}>{step}</li>)}</ol></Card></Section>;
}
