import { CircleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { Button } from "../components/Button.tsx";
import { StateMessage } from "./StateMessage.tsx";

interface Props {
  children: ReactNode;
  /** In place of a part of the page that can be done without; absent: the whole page is what broke. */
  fallback?: ReactNode;
}

/** A fault of the program itself: says so and offers a reload, where React would leave an empty window. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    if (this.props.fallback !== undefined) return this.props.fallback;
    return (
      <main>
        <StateMessage
          heading
          icon={CircleAlert}
          tone="danger"
          title="Something in this page broke"
          action={<Button onClick={() => window.location.reload()}>Reload</Button>}
        >
          What was saved is safe. Reload the page to go on.
        </StateMessage>
      </main>
    );
  }
}
