import { Compass } from "lucide-react";
import { ButtonLink } from "../components/Button.tsx";
import { StateMessage } from "../components/StateMessage.tsx";
import { usePageTitle } from "../components/use-page-title.ts";

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
