/** The frame of a screen that asks the server: why it could not, a wait, the proof of who one is; and a reason to be typed. */
import type { ComponentChildren } from "preact";
import { Proof } from "../account/Prove.tsx";
import { Refused } from "../account/Refused.tsx";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import { TextArea } from "../ui/Field.tsx";
import { cut } from "../ui/network.ts";
import { Screen } from "../ui/Screen.tsx";
import { Loading } from "../ui/States.tsx";
import { agency_words, say_why } from "./words.ts";

interface AskedProps {
  title: string;
  lead?: string;
  back: { href: string; label: string } | undefined;
  refusal: string | null;
  ready: boolean;
  again: () => void;
  children: ComponentChildren;
}

export function Asked({ title, lead, back, refusal, ready, again, children }: AskedProps) {
  const say = agency_words();
  const unreached = !ready && (cut.value || refusal === "network");
  return (
    <Screen title={title} lead={lead} back={back}>
      {unreached && <Refused because="network" again={again} />}
      {ready && cut.value && <Banner tone="care" icon="offline" live><p>{say_why("network")}</p></Banner>}
      {refusal && !unreached && !cut.value && <Banner tone="bad" live><p>{say_why(refusal)}</p>{!ready && <div><Button icon="refresh" onPress={again}>{say.again}</Button></div>}</Banner>}
      {!ready && !refusal && !unreached && <Loading say={say.looking} />}
      {ready && children}
      <Proof />
    </Screen>
  );
}

export function Reason({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  const { reason, reason_hint } = agency_words();
  return <TextArea label={reason} hint={reason_hint} value={value} onInput={onInput} most={500} />;
}
