import { type ReactNode, useEffect, useId, useState } from "react";
import { type Explanation, explainRow, gatherFacts } from "./explain-row.ts";
import type { Recorder } from "./recorder.ts";

export type Question = { readonly code: string; readonly id: string };

export type WhyViewProps = {
  readonly recorder: Recorder;
  readonly question: Question;
  readonly onQuestion: (question: Question) => void;
  /** Changes with everything that is recorded. */
  readonly tick: number;
};

const marks = { yes: "✓", maybe: "?", no: "✕" } as const;

/** Why did, or did not, a change of this row arrive? */
export function WhyView({ recorder, question, onQuestion, tick }: WhyViewProps): ReactNode {
  const { code, id } = question;
  const codes = useId();
  const explanation = useExplanation(recorder, question, tick);
  const known = [...new Set(recorder.client.subscriptions().map(({ target }) => target.entityCode))].sort();
  return (
    <>
      <div className="tools">
        <input
          value={code}
          onChange={(event) => onQuestion({ code: event.target.value.trim(), id })}
          placeholder="Entity code"
          aria-label="Entity code"
          list={codes}
          className="mono"
        />
        <datalist id={codes}>
          {known.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <input
          value={id}
          onChange={(event) => onQuestion({ code, id: event.target.value.trim() })}
          placeholder="Id of the row"
          aria-label="Id of the row"
          className="mono"
        />
        <AskServer recorder={recorder} question={question} />
      </div>
      {explanation ? (
        <>
          <p className="answer" role="status">
            {explanation.conclusion}
          </p>
          <ol className="way">
            {explanation.findings.map(({ question: asked, answer, verdict }) => (
              <li key={asked}>
                <span className={`mark ${verdict}`} role="img" aria-label={verdict}>
                  {marks[verdict]}
                </span>
                <b>{asked}</b>
                <span>{answer}</span>
              </li>
            ))}
          </ol>
        </>
      ) : (
        <p className="empty">Name a row, or choose one under Rows: here is why its changes did or did not arrive.</p>
      )}
    </>
  );
}

function useExplanation(recorder: Recorder, { code, id }: Question, tick: number): Explanation | undefined {
  const [explanation, setExplanation] = useState<Explanation>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever was recorded is a reason to look again
  useEffect(() => {
    let current = true;
    if (code === "" || id === "") return setExplanation(undefined);
    void gatherFacts(recorder, code, id).then((facts) => {
      if (current) setExplanation(explainRow(facts));
    });
    return () => {
      current = false;
    };
  }, [recorder, code, id, tick]);
  return explanation;
}

/** Reads the row from the server, past everything that is held, and compares. */
function AskServer({ recorder, question }: { recorder: Recorder; question: Question }): ReactNode {
  const [answer, setAnswer] = useState("");
  const { code, id } = question;
  const ask = async () => {
    const { api, store } = recorder.client;
    const held = (await store.read([`${code}:${id}`])).get(`${code}:${id}`);
    const here = held && !held.gone ? held.ver : undefined;
    try {
      const { version } = await api.get(code, id);
      setAnswer(version === here ? `The server has the same version.` : `The server has version ${version}.`);
    } catch (error) {
      setAnswer(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <button type="button" className="push" disabled={code === "" || id === ""} onClick={() => void ask()}>
        Ask the server
      </button>
      <output>{answer}</output>
    </>
  );
}
