import { useSyncStatus } from "@heliograph/client/react";
import { CircleAlert, RotateCw, WifiOff } from "lucide-react";
import { Button } from "../components/Button.tsx";
import { errorText } from "./error-text.ts";
import { StateMessage } from "./StateMessage.tsx";

/**
 * A failed load with its cause and a retry button. `what` starts the sentence, such as "Tasks". Without a network nothing is
 * wrong and a retry cannot help: the message says so, and the client loads by itself once there is a network.
 */
export function LoadError({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
  const offline = useSyncStatus().state === "offline";
  if (offline) {
    return (
      <div role="status">
        <StateMessage icon={WifiOff} title={`${what} could not be loaded`}>
          You are offline, and this device has no copy. Loading continues when you are back online.
        </StateMessage>
      </div>
    );
  }
  const button = retry ? (
    <Button onClick={retry}>
      <RotateCw className="size-3.5" aria-hidden="true" /> Try again
    </Button>
  ) : null;
  return (
    <div role="alert">
      <StateMessage icon={CircleAlert} tone="danger" title={`${what} could not be loaded`} action={button}>
        {errorText(error)}
      </StateMessage>
    </div>
  );
}
