import type { AuthMessage, UpMessage } from "@heliograph/protocol";
import { type Identity, TokenError } from "@heliograph/server-kit";
import type { Resumer } from "../sessions/resumer.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";
import type { Connection } from "./connection.ts";
import { UpMessageError } from "./up-message.ts";

export type MessageRouterPorts = {
  /** @throws {TokenError} */
  readonly verify: (token: string) => Identity;
  readonly resumer: Pick<Resumer, "handle">;
  readonly subscriptions: Pick<SubscriptionManager, "handle">;
};

/** Brings each message to whoever handles it. @throws {UpMessageError} */
export function createMessageRouter({ verify, resumer, subscriptions }: MessageRouterPorts) {
  return async (connection: Connection, message: UpMessage): Promise<void> => {
    if (message.type === "RESUME") return resumer.handle(connection, message);
    connection.mayResume = false;
    if (message.type === "AUTH") return renew(connection, message, verify);
    return subscriptions.handle(connection, message);
  };
}

function renew(connection: Connection, { id, payload }: AuthMessage, verify: MessageRouterPorts["verify"]): void {
  const { personId, organizationId } = connection.user;
  let identity: Identity;
  try {
    identity = verify(payload.token);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new UpMessageError("invalid_token", `The token is ${error.reason}.`, id);
  }
  // A socket that changed its person would go on telling what the first one subscribed to.
  if (identity.personId !== personId || identity.organizationId !== organizationId)
    throw new UpMessageError("invalid_token", "The token is of another person or organization.", id);
  connection.extend(identity.expiresAt, id);
}
