import { ApiError } from "@heliograph/client";

/** An error in words for the person at the screen: what happened, and what to do if the server said so. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return [error.message, error.remedy].filter(Boolean).join(" ");
  if (error instanceof TypeError) return "The server could not be reached. Check the connection and try again.";
  if (error instanceof Error && error.message) return error.message;
  return "Something went wrong. Try again.";
}
