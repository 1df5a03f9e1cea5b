import type { ReactNode } from "react";
import { formatCount, formatDuration, formatTime } from "./format.ts";
import { LagChart } from "./LagChart.tsx";
import type { Recorder } from "./recorder.ts";

/** Differences of the clocks below this are not mentioned, milliseconds. */
const minReportedSkewMs = 5;

export function OverviewView({ recorder }: { recorder: Recorder }): ReactNode {
  const status = recorder.client.status();
  const lag = recorder.lag.summary();
  const { outbox } = status;
  return (
    <div className="grid">
      <section>
        <h3>Status</h3>
        <dl>
          <dt>State</dt>
          <dd>
            {status.state} since {formatTime(status.since)}{" "}
            {status.stuck ? <span className="tag no">stuck</span> : null}
          </dd>
          {status.reason ? <Row name="Reason">{status.reason}</Row> : null}
          <Row name="Connection">{connectionText(status.leader, status.notShared)}</Row>
          <Row name="Caught up">
            {status.caughtUpAt === undefined ? "not yet" : `as of ${formatTime(status.caughtUpAt)}`}
          </Row>
          <Row name="To be fetched">{formatCount(status.pendingFetches, "row")}</Row>
          <Row name="Unsent">
            {outbox.oldest === undefined ? outbox.size : `${outbox.size}, the oldest from ${formatTime(outbox.oldest)}`}
          </Row>
          <Row name="Need a decision">{status.attention}</Row>
          <Row name="Storage">
            {status.storage} {status.storageReason ?? ""}
          </Row>
          <Row name="Last error">
            {status.lastError ? `${status.lastError.message} (${formatTime(status.lastError.at)})` : "none"}
          </Row>
        </dl>
      </section>
      <section>
        <h3>From commit to screen</h3>
        <div className="figures">
          <Figure name="median">{formatDuration(lag.p50)}</Figure>
          <Figure name="95th percentile">{formatDuration(lag.p95)}</Figure>
          <Figure name="latest">{formatDuration(lag.latest)}</Figure>
          <Figure name="changes">{lag.total}</Figure>
        </div>
        <LagChart summary={lag} />
        <p className="note">{skewText(lag.smallest)}</p>
      </section>
    </div>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <strong>{children}</strong>
      <span>{name}</span>
    </div>
  );
}

function connectionText(leader: boolean, notShared: string | undefined): string {
  if (notShared) return `this tab only. ${notShared}`;
  return leader ? "held by this tab for all tabs" : "held by another tab of this browser";
}

/** The lag mixes two clocks: the database clock in the version, and the clock of this device. */
function skewText(smallest: number | undefined): string {
  const measured =
    "Time on this screen minus the commit time in the row's version. It includes the difference between the two clocks";
  if (smallest === undefined) return `${measured}. No change was signalled since recording began.`;
  if (smallest < -minReportedSkewMs) {
    return `${measured}. The clock of this device is at least ${formatDuration(-smallest)} behind, so add that to every figure.`;
  }
  return `${measured}. The smallest so far is ${formatDuration(smallest)}.`;
}
