import type { AuthMessage, UpMessage } from "@heliograph/protocol";
import { type Identity, TokenError } from "@heliograph/server-kit";
import type { Connection } from "../connection/connection.ts";
import { UpMessageError } from "../connection/up-message.ts";
import type { Resumer } from "../sessions/resumer.ts";
import type { SubscriptionManager } from "../subscriptions/subscription-manager.ts";

export interface MessageRouterPorts {
  /** @throws {TokenError} */
  readonly verifyToken: (token: string) => Identity;
  readonly resumer: Pick<Resumer, "handle">;
  readonly subscriptions: Pick<SubscriptionManager, "handle">;
}

/** Passes each message to its handler. @throws {UpMessageError} */
export function createMessageRouter({ verifyToken, resumer, subscriptions }: MessageRouterPorts) {
  return async (connection: Connection, message: UpMessage): Promise<void> => {
    if (message.type === "RESUME") return resumer.handle(connection, message);
    connection.mayResume = false;
    if (message.type === "AUTH") return renewToken(connection, message, verifyToken);
    return subscriptions.handle(connection, message);
  };
}

function renewToken(
  connection: Connection,
  { id, payload }: AuthMessage,
  verifyToken: MessageRouterPorts["verifyToken"],
): void {
  const { personId, organizationId } = connection.user;
  let identity: Identity;
  try {
    identity = verifyToken(payload.token);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new UpMessageError("invalid_token", `The token is ${error.reason}.`, id);
  }
  // A socket that changed its user would go on receiving what the first user subscribed to.
  if (identity.personId !== personId || identity.organizationId !== organizationId)
    throw new UpMessageError("invalid_token", "The token belongs to another person or organization.", id);
  connection.extend(identity.expiresAt, id);
}
