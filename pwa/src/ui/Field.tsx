/** Form fields: the label and hint come before the box, the error says what to do, and what was typed stays. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Icon } from "./Icon.tsx";

interface FieldProps {
  id?: string;
  label: string;
  hint?: string;
  wrong?: string | undefined;
  value: string;
  onInput: (value: string) => void;
}

interface TextFieldProps extends FieldProps {
  /** Shown as dots. */
  secret?: boolean;
  autocomplete?: AutoFill;
  inputMode?: "text" | "email" | "search" | "numeric";
  end?: ComponentChildren;
}

export function TextField({ id, label, hint, wrong, value, onInput, secret = false, autocomplete = "off", inputMode, end }: TextFieldProps) {
  const own = useId();
  const name = id ?? own;
  // What is shown is a text to the browser, and it would remember it unsealed.
  const remembered = !secret && autocomplete.endsWith("-password") ? "off" : autocomplete;
  const kind = secret ? { type: "password" } as const : { type: "text" } as const;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && <span class="hint" id={`${name}-hint`}>{hint}</span>}
      <Wrong name={name} text={wrong} />
      <input class="input" {...kind} id={name} name={name} autocomplete={remembered} inputMode={inputMode} value={value} autocapitalize="none"
        spellcheck={false} aria-invalid={wrong ? "true" : undefined} aria-describedby={described(name, hint, wrong)}
        onInput={event => onInput(event.currentTarget.value)} />
      {end}
    </div>
  );
}

export function TextArea({ id, label, hint, wrong, value, onInput, most }: FieldProps & { most: number }) {
  const own = useId();
  const name = id ?? own;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && <span class="hint" id={`${name}-hint`}>{hint}</span>}
      <Wrong name={name} text={wrong} />
      <textarea class="input" id={name} name={name} autocomplete="off" rows={3} maxLength={most} value={value} aria-invalid={wrong ? "true" : undefined}
        aria-describedby={described(name, hint, wrong)} onInput={event => onInput(event.currentTarget.value)} />
    </div>
  );
}

export function DateField({ id, label, hint, value, onInput, least, most }: FieldProps & { id: string; least: string; most: string }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && <span class="hint" id={`${id}-hint`}>{hint}</span>}
      <input class="input" type="date" id={id} name={id} value={value} min={least} max={most} aria-describedby={described(id, hint, undefined)}
        onInput={event => onInput(event.currentTarget.value)} />
    </div>
  );
}

export function SearchField({ label, value, onInput }: { label: string; value: string; onInput: (value: string) => void }) {
  const name = useId();
  return (
    <div class="field" role="search">
      <label class="unseen" for={name}>{label}</label>
      <div class="with-icon">
        <Icon name="search" />
        <input class="input" id={name} type="search" placeholder={label} value={value} autocomplete="off" spellcheck={false} enterkeyhint="search"
          onInput={event => onInput(event.currentTarget.value)} />
      </div>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  legend: string;
  hidden?: boolean;
  name: string;
  value: T;
  options: readonly { value: T; label: string; hint?: string; lang?: string }[];
  onChange: (value: T) => void;
}

/** One of several, as large rows. */
export function Choice<T extends string>({ legend, hidden, name, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset class="section">
      <legend class={hidden ? "unseen" : "legend"}>{legend}</legend>
      <div class="card rows">
        {options.map(option => (
          <label key={option.value} class="choice" lang={option.lang}>
            <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
            <span class="row-text"><span>{option.label}</span>{option.hint && <span class="soft">{option.hint}</span>}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Wrong({ name, text }: { name: string; text: string | undefined }) {
  return text ? <span class="wrong" id={`${name}-wrong`}><Icon name="alert" size={20} />{text}</span> : null;
}

function described(name: string, hint: string | undefined, wrong: string | undefined): string | undefined {
  return [hint && `${name}-hint`, wrong && `${name}-wrong`].filter(Boolean).join(" ") || undefined;
}
