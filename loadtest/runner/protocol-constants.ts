import { closeCodes, maxIdsPerMessage, subprotocol, subprotocolsWithToken } from "@heliograph/protocol";
import type { ProtocolConstants } from "../plan/plan.ts";

/** The protocol's own values for the plan. */
export const protocolConstants: ProtocolConstants = {
  subprotocol,
  tokenPrefix: subprotocolsWithToken("")[1],
  maxIdsPerMessage,
  closeCodes: {
    restart: closeCodes.restart.code,
    tooBig: closeCodes.tooBig.code,
    tooSlow: closeCodes.tooSlow.code,
    noPong: closeCodes.noPong.code,
    badMessage: closeCodes.badMessage.code,
    tooFast: closeCodes.tooFast.code,
  },
};
