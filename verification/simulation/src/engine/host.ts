/** A process of the simulated system. Every timer and message belongs to one host. */
export class Host {
  readonly name: string;
  /** False after it was killed: none of its timers and messages runs again. */
  alive = true;
  frozen = false;
  /** Callbacks that became due while it was frozen, in order. */
  readonly backlog: (() => void)[] = [];
  /** How far its wall clock is ahead, milliseconds. */
  skewMs = 0;

  constructor(name: string) {
    this.name = name;
  }
}
