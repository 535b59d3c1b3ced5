/** Sending a document: what it is, a photo of each page or a file. Works with no network; the phone sends it when it can. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { own_thread } from "../cases/box.ts";
import { WithCase } from "../cases/Held.tsx";
import { fill } from "../i18n/fill.ts";
import { language, more, words } from "../i18n/language.ts";
import { say_day } from "../i18n/say.ts";
import type { Params } from "../routes.ts";
import { agency, draft } from "../store/live.ts";
import type { CaseBox, HeldRequest } from "../store/model.ts";
import { Banner } from "../ui/Banner.tsx";
import { Button, Buttons } from "../ui/Button.tsx";
import { today } from "../ui/clock.ts";
import { Choice, TextArea } from "../ui/Field.tsx";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { go } from "../ui/router.ts";
import { Screen } from "../ui/Screen.tsx";
import { offer_document } from "./actions.ts";
import { fault_of, FILES_MOST, type Kind, KINDS, NOTE_MOST } from "./rules.ts";
import { NoRoom } from "./shelf.ts";
import { shrink } from "./shrink.ts";

export function Send({ params }: { params: Params }) {
  return <WithCase scope={params.scope} title={more().documents.send_one}>{box => <Opened box={box} wanted={params.thread} />}</WithCase>;
}

function Opened({ box, wanted }: { box: CaseBox; wanted: string }) {
  const { documents: say } = more();
  const thread = own_thread(box);
  const request = box.document_requests.find(one => one.id === wanted);
  return (
    <Screen title={say.send_one} back={{ href: `/documents/${box.scope}`, label: say.title }} lead={fill(words().home.case_number, { number: box.case.case_number })}>
      {thread ? <Form key={request?.id} scope={box.scope} thread={thread} request={request} /> : <Banner tone="care"><p>{say.closed} {agency.value?.phone}</p></Banner>}
    </Screen>
  );
}

/** The files chosen so far, and the sentence that says what is wrong with the last ones. */
function useFiles() {
  const { documents: say } = more();
  const [files, choose] = useState<readonly Blob[]>([]);
  const [wrong, fault] = useState("");
  const [busy, work] = useState(false);
  const add = async (chosen: readonly File[]) => {
    work(true);
    const made = await Promise.all(chosen.map(prepared));
    const whole = [...files, ...made.filter(one => typeof one !== "string")];
    choose(whole.slice(0, FILES_MOST));
    fault(whole.length > FILES_MOST ? fill(say.fault.many, { n: FILES_MOST }) : made.find(one => typeof one === "string") ?? "");
    work(false);
  };
  return { files, choose, add, wrong, fault, busy, work };
}

function Form({ scope, thread, request }: { scope: string; thread: string; request: HeldRequest | undefined }) {
  const { documents: say } = more();
  const [kind, is] = useState<Kind>(request?.kind ?? "pay");
  const [note, write] = draft(`paper:${scope}`);
  const { files, choose, add, wrong, fault, busy, work } = useFiles();
  const send = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    if (files.length === 0) { fault(say.fault.none); return; }
    work(true);
    try {
      await offer_document(scope, { thread, kind, files, ...(request ? { request: request.id } : {}), ...(note.trim() ? { note: note.trim() } : {}) });
      write("");
      go(`/documents/${scope}`, "replace");
    } catch (error) {
      fault(error instanceof NoRoom ? say.no_room : say.not_kept);
      work(false);
    }
  };
  return (
    <form class="stack-wide" onSubmit={event => { void send(event); }}>
      {request ? <Asked request={request} /> : <Choice legend={say.what} name="kind" value={kind} options={KINDS.map(value => ({ value, label: words().codes.paper[value] }))} onChange={is} />}
      <fieldset class="section">
        <legend class="legend">{say.files}</legend>
        <p class="soft">{say.files_hint}</p>
        <ChosenFiles files={files} choose={choose} />
        <Buttons>
          <FileButton icon="camera" label={say.photo} accept="image/*" camera busy={busy} take={add} />
          <FileButton icon="paper" label={say.choose} accept="image/*,application/pdf" busy={busy} take={add} />
        </Buttons>
      </fieldset>
      <TextArea id="note" label={say.note} hint={say.note_hint} value={note} most={NOTE_MOST} onInput={write} />
      <div class="stack-tight">
        {wrong && <Banner tone="bad" live><p>{wrong}</p></Banner>}
        <div><Button kind="primary" type="submit" icon="send" busy={busy}>{say.send}</Button></div>
        <p class="soft" role="status">{busy ? say.making : say.after}</p>
      </div>
    </form>
  );
}

/** What this answers. */
function Asked({ request }: { request: HeldRequest }) {
  const { documents: say } = more();
  return (
    <Banner tone="note" icon="paper">
      <p><strong>{words().codes.paper[request.kind]}</strong> · {fill(say.by_day, { day: say_day(language.value, request.by_on, today.value) })}</p>
      <p dir="auto">{request.why}</p>
    </Banner>
  );
}

interface FileButtonProps {
  icon: IconName;
  label: string;
  accept: string;
  camera?: boolean;
  busy: boolean;
  take: (files: readonly File[]) => Promise<void>;
}

function FileButton({ icon, label, accept, camera = false, busy, take }: FileButtonProps) {
  return (
    <label class="button file" data-kind="quiet" aria-disabled={busy ? "true" : undefined}>
      <Icon name={icon} size={20} /><span>{label}</span>
      <input type="file" accept={accept} multiple={!camera} disabled={busy} {...(camera ? { capture: "environment" } : {})}
        onChange={event => { const { files } = event.currentTarget; if (files?.length) void take(Array.from(files)); event.currentTarget.value = ""; }} />
    </label>
  );
}

function ChosenFiles({ files, choose }: { files: readonly Blob[]; choose: (files: readonly Blob[]) => void }) {
  if (files.length === 0) return null;
  const named = files.map((file, n) => ({ file, n: n + 1 }));
  return <ol class="card rows">{named.map(({ file, n }) => <Chosen key={n} file={file} n={n} remove={() => { choose(files.filter(one => one !== file)); }} />)}</ol>;
}

function Chosen({ file, n, remove }: { file: Blob; n: number; remove: () => void }) {
  const { documents: say } = more();
  const url = useMemo(() => URL.createObjectURL(file), [file]);
  useEffect(() => () => { URL.revokeObjectURL(url); }, [url]);
  const picture = file.type.startsWith("image/");
  const size = fill(say.kilobytes, { n: Math.max(1, Math.round(file.size / 1024)) });
  return (
    <li class="row">
      {picture ? <img class="thumb" src={url} alt="" /> : <Icon name="paper" />}
      <span class="row-text"><span class="row-title">{picture ? fill(say.page, { n }) : say.paper}</span><span class="soft">{size}</span></span>
      <Button kind="plain" label={fill(say.remove_page, { n })} onPress={remove}>{say.remove}</Button>
    </li>
  );
}

/** A file as it will be sent, or the sentence that says why not. */
async function prepared(file: File): Promise<Blob | string> {
  const { documents: say } = more();
  const small = file.type.startsWith("image/") ? await shrink(file) : file;
  const fault = small ? fault_of(small.type, small.size) : fault_of(file.type, file.size) ?? "kind";
  return fault ? say.fault[fault] : small ?? say.fault.kind;
}
