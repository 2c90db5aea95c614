import type { IssuedStrategy, IssuedToken } from "~/api/types";
import { CodeBlock } from "~/ui/copy";
import { Dialog } from "~/ui/dialog";
import { Button } from "~/ui/button";

/** A token, shown this once. */
export function SecretDialog({ secret, onClose }: { secret: IssuedStrategy | IssuedToken; onClose: () => void }) {
  return (
    <Dialog
      title="The token, shown this once"
      open
      width="large"
      onClose={onClose}
      footer={
        <Button tone="primary" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="grid grid-cols-1 gap-3">
        <p className="text-text-2">Whoever has this token can send this strategy’s orders. The desk keeps only its hash: lost, it must be rotated.</p>
        <CodeBlock label="token" text={secret.token} />
        <h3 className="font-semibold">Alert address</h3>
        <CodeBlock label="address" text={secret.url} />
        <h3 className="font-semibold">Signing secret</h3>
        <p className="text-text-2">
          For senders that can sign: HMAC-SHA256 of the time and the body in the header X-Signature, posted to <code className="font-mono text-12">{secret.signal_url}</code>.
        </p>
        <CodeBlock label="signing secret" text={secret.secret} />
        <h3 className="font-semibold">Try it from a terminal</h3>
        <CodeBlock label="curl line" text={secret.curl} />
      </div>
    </Dialog>
  );
}
