/** A position in the feed. `seq` counts within one epoch only. */
export interface FeedPosition {
  readonly epoch: string;
  readonly seq: number;
}
