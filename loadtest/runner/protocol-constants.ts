import { closeCodes, maxIdsPerMessage, subprotocol, subprotocolsWithToken } from "@heliograph/protocol";
import type { Wire } from "../plan/plan.ts";

/** The names that journeys need, as the product has them: k6 cannot import the package. */
export const wire: Wire = {
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
