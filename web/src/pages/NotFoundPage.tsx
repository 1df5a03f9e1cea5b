import { Compass } from "lucide-react";
import { ButtonLink } from "../components/Button.tsx";
import { usePageTitle } from "../components/use-page-title.ts";
import { StateMessage } from "../feedback/StateMessage.tsx";

export function NotFoundPage() {
  usePageTitle("Page not found");
  return (
    <StateMessage
      heading
      icon={Compass}
      title="There is no page at this address"
      action={<ButtonLink to="/">Go to the start</ButtonLink>}
    >
      The link may be old, or a letter may be missing.
    </StateMessage>
  );
}
