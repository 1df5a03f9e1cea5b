/**
 * Preloaded into a service: its wall clock is wrong by as many milliseconds as the file says, which is read again at each
 * SIGUSR2. Monotonic time and timers are as they are, as on a machine whose clock was set.
 */
import { readFileSync } from "node:fs";

const file = process.env["SHIFTED_CLOCK_FILE"] ?? "";
const RealDate = Date;
let shift = 0;

function read(): void {
  shift = Number(readFileSync(file, "utf8"));
}

class ShiftedDate extends RealDate {
  static override now(): number {
    return RealDate.now() + shift;
  }

  constructor(...args: unknown[]) {
    // Date takes one to seven arguments of several kinds, which no single signature of it describes.
    super(...((args.length === 0 ? [ShiftedDate.now()] : args) as [number]));
  }
}

read();
process.on("SIGUSR2", read);
globalThis.Date = ShiftedDate as DateConstructor;
