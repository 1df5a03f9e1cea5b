/**
 * Lets one installer run at a time. The lock is a folder of numbered files. The file with the highest number names the
 * holder, or is empty when the lock is free:
 *
 *     .install-lock/1  {"pid":71,"host":"a"}   taken
 *     .install-lock/2  {}                      released
 *     .install-lock/3  {"pid":95,"host":"a"}   taken again
 *
 * Every change is one link(2) to the next number. Exactly one process can make it, and the file appears with its content.
 * Two processes that find a dead holder at the same time therefore cannot both take over, as they could by deleting the lock
 * and creating it again.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";

const LOOK_AGAIN_MS = 250;
const HEARTBEAT_MS = 2_000;
/** A holder whose process cannot be checked (another container on the same folder) counts as dead after this time without a heartbeat. */
const SILENT_MS = 30_000;
/** So many old numbers are kept, so that a process that was frozen cannot create one of them again. */
const KEEP = 16;

/** Whether a process with this id exists. It also exists when signalling it is not permitted. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function numbers(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** The state of the lock, `{number, holder}`; holder is null when no live process holds it. */
function look(folder) {
  const number = numbers(folder).at(-1) ?? 0;
  if (number === 0) return { number, holder: null };
  const file = path.join(folder, String(number));
  const holder = JSON.parse(readFileSync(file, "utf8"));
  if (holder.pid === undefined) return { number, holder: null };
  const beating = Date.now() - statSync(file).mtimeMs < SILENT_MS;
  const living = beating && (holder.host !== hostname() || isAlive(holder.pid));
  return { number, holder: living ? holder : null };
}

/** Creates the next number with this content. Returns false when another process created it first. */
function append(folder, number, content) {
  const draft = path.join(folder, `draft-${process.pid}`);
  writeFileSync(draft, JSON.stringify(content));
  try {
    linkSync(draft, path.join(folder, String(number)));
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Waits for the lock and takes it. Resolves to its number. */
async function acquire(folder) {
  let said = false;
  for (;;) {
    const { number, holder } = look(folder);
    if (holder === null) {
      if (append(folder, number + 1, { pid: process.pid, host: hostname() })) return number + 1;
      continue;
    }
    if (!said) process.stderr.write(`Another command (process ${holder.pid}) is installing; waiting for it …\n`);
    said = true;
    await wait(LOOK_AGAIN_MS);
  }
}

/** Runs `work` while no other process of this clone does. A dead holder is replaced at once. */
export async function withInstallLock(root, work) {
  const folder = path.join(root, ".install-lock");
  mkdirSync(folder, { recursive: true });
  const held = await acquire(folder);
  const file = path.join(folder, String(held));
  const beat = setInterval(() => utimesSync(file, new Date(), new Date()), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    append(folder, held + 1, {});
    for (const old of numbers(folder)) if (old <= held - KEEP) rmSync(path.join(folder, String(old)), { force: true });
  }
}
