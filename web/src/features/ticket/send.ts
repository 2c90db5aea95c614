import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { idempotencyKey } from "~/api/client";
import { submitIntent } from "~/api/intents";
import { keys } from "~/api/keys";
import type { IntentRequest } from "~/api/types";

/**
 * Sends a request once: its idempotency key belongs to what is written, so that a second try after a lost answer
 * gets the first one's intent, and only an edit or a success makes a new key.
 */
export function useSend(workspace: string) {
  const client = useQueryClient();
  const last = useRef({ written: "", key: "" });
  return useMutation({
    mutationFn: (request: IntentRequest) => {
      const written = JSON.stringify(request);
      if (last.current.written !== written) {
        last.current = { written, key: idempotencyKey() };
      }
      return submitIntent(workspace, last.current.key, request);
    },
    onSuccess: async () => {
      last.current = { written: "", key: "" };
      await client.invalidateQueries({ queryKey: keys.intents(workspace) });
    },
  });
}
