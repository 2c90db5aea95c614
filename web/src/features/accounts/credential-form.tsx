import type { Broker, CredentialRequest } from "~/api/types";
import { sentence } from "~/lib/words";
import { Field, Input, Select } from "~/ui/field";

export interface Entered {
  environment: string;
  fields: Record<string, string>;
  twin: string;
  proxy: string;
}

export function requestOf(entered: Entered): CredentialRequest {
  return {
    environment: entered.environment,
    fields: entered.fields,
    twin: entered.environment === "twin" ? entered.twin.trim() : "",
    proxy: entered.proxy.trim() === "" ? null : entered.proxy.trim(),
  };
}

/** Whether everything that the broker asks for has been entered. */
export function complete(broker: Broker, entered: Entered): boolean {
  const filled = broker.fields.every(({ name, optional }) => optional || (entered.fields[name] ?? "").trim() !== "");
  return filled && (entered.environment !== "twin" || entered.twin.trim() !== "");
}

interface CredentialFieldsProps {
  broker: Broker;
  entered: Entered;
  problems: ReadonlyMap<string, string>;
  onChange: (entered: Entered) => void;
}

/** What one broker asks for, each with the place where the broker shows it. */
export function CredentialFields({ broker, entered, problems, onChange }: CredentialFieldsProps) {
  return (
    <>
      {entered.environment === "twin" && (
        <Field label="Address of the twin" hint={`bidwell twin ${broker.broker} --port 9101 says it`} problem={problems.get("twin")}>
          {({ id, describedBy, invalid }) => (
            <Input
              id={id}
              describedBy={describedBy}
              invalid={invalid}
              value={entered.twin}
              placeholder="http://127.0.0.1:9101"
              onChange={(event) => onChange({ ...entered, twin: event.target.value })}
            />
          )}
        </Field>
      )}
      {broker.fields.map((field) => (
        <Field key={field.name} label={field.optional && field.choices.length === 0 ? `${field.label} (optional)` : field.label} hint={field.where} problem={problems.get(field.name)}>
          {({ id, describedBy, invalid }) =>
            field.choices.length > 0 ? (
              <Select
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                value={entered.fields[field.name] ?? field.choices[0] ?? ""}
                choices={field.choices.map((value) => ({ value, label: sentence(value) }))}
                onChange={(value) => onChange({ ...entered, fields: { ...entered.fields, [field.name]: value } })}
              />
            ) : (
              <Input
                id={id}
                describedBy={describedBy}
                invalid={invalid}
                type={field.secret ? "password" : "text"}
                autoComplete="off"
                value={entered.fields[field.name] ?? ""}
                maxLength={4096}
                onChange={(event) => onChange({ ...entered, fields: { ...entered.fields, [field.name]: event.target.value } })}
              />
            )
          }
        </Field>
      ))}
      <Field label="Proxy (optional)" hint="This account’s own way out, for brokers that register an address">
        {({ id, describedBy }) => (
          <Input
            id={id}
            describedBy={describedBy}
            value={entered.proxy}
            placeholder="http://user:password@host:port"
            onChange={(event) => onChange({ ...entered, proxy: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
