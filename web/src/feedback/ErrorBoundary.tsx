import { CircleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { Button } from "../components/Button.tsx";
import { StateMessage } from "./StateMessage.tsx";

interface Props {
  children: ReactNode;
  /** Shown in place of an optional part of the page. Without it, the boundary reports that the whole page failed. */
  fallback?: ReactNode;
}

/** Catches errors during rendering and offers a reload. Without it, React would leave an empty window. */
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
          title="Something went wrong on this page"
          action={<Button onClick={() => window.location.reload()}>Reload</Button>}
        >
          Your saved changes are safe. Reload the page to continue.
        </StateMessage>
      </main>
    );
  }
}
