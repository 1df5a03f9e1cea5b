import { Compass } from "lucide-react";
import { ButtonLink } from "../components/Button.tsx";
import { usePageTitle } from "../components/use-page-title.ts";
import { StateMessage } from "../feedback/StateMessage.tsx";

export function NotFoundPage() {
  usePageTitle("Page not found");
  return (
    <StateMessage heading icon={Compass} title="Page not found" action={<ButtonLink to="/">Go to Home</ButtonLink>}>
      The link may be outdated or incomplete.
    </StateMessage>
  );
}
