import { CircleAlert, RotateCw } from "lucide-react";
import { Button } from "../components/Button.tsx";
import { errorText } from "./error-text.ts";
import { StateMessage } from "./StateMessage.tsx";

/** A failed load with its cause and a retry button. `what` starts the sentence, such as "Tasks". */
export function LoadError({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
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
